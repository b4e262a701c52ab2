-- rows: INSERT INTO t VALUES (5, 6, 7);
CREATE TABLE t (a int, b int CHECK (b > 1), c int CONSTRAINT c CHECK (c > 0));
