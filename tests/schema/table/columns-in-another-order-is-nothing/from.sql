-- rows: INSERT INTO t VALUES (1, 'x', true);
CREATE TABLE t (a int, b text, c boolean);
