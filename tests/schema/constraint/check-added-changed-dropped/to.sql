-- keep: SELECT a, b, c FROM t
CREATE TABLE t (a int CHECK (a > 0), b int CHECK (b > 2), c int);
