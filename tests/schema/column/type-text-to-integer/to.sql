-- keep: SELECT n::text FROM t ORDER BY n::text
CREATE TABLE t (n integer DEFAULT 0);
