-- keep: SELECT e::text FROM t ORDER BY 1
CREATE TYPE e AS ENUM ('a', 'b', 'c', 'd');
CREATE TABLE t (e e);
