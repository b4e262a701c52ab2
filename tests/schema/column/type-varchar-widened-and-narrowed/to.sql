-- keep: SELECT a, b, c FROM t
CREATE TABLE t (a varchar(20), b varchar(30), c text);
