-- keep: SELECT a = 12.34, b = 5 FROM t
CREATE TABLE t (a numeric(12, 4), b numeric(6, 1));
