-- keep: SELECT a, b, c FROM t
CREATE TABLE t (c boolean, a int, b text);
