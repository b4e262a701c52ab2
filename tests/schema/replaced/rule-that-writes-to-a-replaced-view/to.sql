CREATE TABLE base (a int, b text);
CREATE VIEW target AS SELECT b, a FROM base;
CREATE TABLE src (x int);
CREATE RULE copy AS ON INSERT TO src DO ALSO INSERT INTO target (a, b) VALUES (NEW.x, 'r');
