-- keep: SELECT c::text FROM t
CREATE TYPE e1 AS ENUM ('a', 'b');
CREATE TYPE e2 AS ENUM ('b', 'a', 'c');
CREATE TABLE t (c e2 DEFAULT 'c');
