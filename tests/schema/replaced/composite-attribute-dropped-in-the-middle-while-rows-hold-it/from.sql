-- rows: INSERT INTO t VALUES (1, ROW(1, 'x', true));
CREATE TYPE c AS (a int, b text, z boolean);
CREATE TABLE t (id int, c c);
CREATE VIEW v AS SELECT (c).a FROM t;
