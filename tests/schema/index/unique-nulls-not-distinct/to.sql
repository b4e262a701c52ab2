-- since: 15
CREATE TABLE t (a int, b text);
CREATE UNIQUE INDEX i ON t (a, lower(b)) NULLS NOT DISTINCT;
