CREATE TABLE t (a int, b int, CONSTRAINT ab UNIQUE (a, b));
