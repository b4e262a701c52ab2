CREATE TABLE other (id int);
CREATE TYPE e AS ENUM ('a', 'new', 'b');
CREATE TABLE t (e e DEFAULT 'new', CONSTRAINT c CHECK (e <> 'new' OR true));
CREATE INDEX i ON t (e) WHERE e = 'new';
CREATE VIEW v AS SELECT * FROM t WHERE e = 'new';
