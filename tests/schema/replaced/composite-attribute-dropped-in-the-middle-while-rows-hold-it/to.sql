-- keep: SELECT id, (c).a FROM t
CREATE TYPE c AS (a int, z boolean);
CREATE TABLE t (id int, c c);
CREATE VIEW v AS SELECT (c).a FROM t;
