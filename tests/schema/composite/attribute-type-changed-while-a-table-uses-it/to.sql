-- keep: SELECT id, (c).a, (c).b FROM t
CREATE TYPE c AS (a bigint, b text);
CREATE TABLE t (id int, c c);
