-- keep: SELECT a::text FROM t
CREATE TABLE t (a bigint[] DEFAULT '{}');
