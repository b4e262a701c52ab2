-- keep: SELECT a, b, c FROM t
CREATE TABLE t (a int NOT NULL, b int, c int);
