-- rows: INSERT INTO kid VALUES (1, 2);
CREATE TABLE base (id int);
CREATE TABLE kid (k int) INHERITS (base);
