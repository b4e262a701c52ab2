-- rows: INSERT INTO t VALUES (1, 2, 3);
CREATE TABLE t (a int, b int NOT NULL, c int);
