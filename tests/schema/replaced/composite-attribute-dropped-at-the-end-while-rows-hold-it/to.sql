-- keep: SELECT id, (c).a, (c).b FROM t
CREATE TYPE c AS (a int, b text);
CREATE TABLE t (id int, c c);
CREATE VIEW v AS SELECT (c).a FROM t;
