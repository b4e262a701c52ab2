-- rows: INSERT INTO t VALUES ('{1,2}');
CREATE TABLE t (a int[] DEFAULT '{}');
