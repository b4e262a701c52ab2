-- rows: INSERT INTO t VALUES (2, 3);
CREATE TABLE t (a int, b int);
