-- rows: INSERT INTO t VALUES (5);
CREATE TABLE t (a int);
