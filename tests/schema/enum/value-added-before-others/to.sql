-- keep: SELECT e::text FROM t ORDER BY 1
CREATE TYPE e AS ENUM ('0', '1', 'a', 'ab', 'b', 'z');
CREATE TABLE t (e e PRIMARY KEY);
