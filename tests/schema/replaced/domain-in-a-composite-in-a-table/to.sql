-- keep: SELECT id, (c).d FROM t
CREATE DOMAIN d AS bigint CHECK (VALUE > 0);
CREATE TYPE c AS (d d, x text);
CREATE TABLE t (id int, c c);
