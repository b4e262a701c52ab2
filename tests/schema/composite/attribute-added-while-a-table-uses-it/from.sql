-- rows: INSERT INTO t VALUES (1, ROW(1, 'x'));
CREATE TYPE c AS (a int, b text);
CREATE TABLE t (id int, c c, cs c[]);
