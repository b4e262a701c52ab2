CREATE TABLE t (a int, b int, CONSTRAINT k UNIQUE (b));
CREATE INDEX m ON t (a);
