-- rows: INSERT INTO t (a) VALUES (2);
CREATE TABLE t (a int, c int GENERATED ALWAYS AS (a * 2) STORED, d int);
