-- rows: INSERT INTO t VALUES (NULL, 1);
CREATE TABLE t (a int, b int);
