-- keep: SELECT n::text, j::text FROM t
CREATE TABLE t (n text, j jsonb);
