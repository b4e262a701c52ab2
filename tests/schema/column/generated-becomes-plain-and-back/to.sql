-- keep once: SELECT a, c FROM t
CREATE TABLE t (a int, c int, d int GENERATED ALWAYS AS (a + 1) STORED);
