-- keep: SELECT id, (c).a, (c).b FROM t
CREATE TYPE c AS (a int, b text, d date);
CREATE TABLE t (id int, c c, cs c[]);
