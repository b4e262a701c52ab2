-- rows: INSERT INTO t VALUES (1, ROW(5, 'x'));
CREATE DOMAIN d AS int CHECK (VALUE > 0);
CREATE TYPE c AS (d d, x text);
CREATE TABLE t (id int, c c);
