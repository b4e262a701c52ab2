-- keep: SELECT x::text, y::text FROM t
CREATE TYPE e AS ENUM ('a', 'b');
CREATE TABLE t (x e DEFAULT 'a', y text DEFAULT 'b');
