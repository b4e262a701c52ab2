-- rows: INSERT INTO t VALUES (12.34, 5);
CREATE TABLE t (a numeric(10, 2), b numeric);
