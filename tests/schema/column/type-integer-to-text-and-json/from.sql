-- rows: INSERT INTO t VALUES (12, '{"a": 1}');
CREATE TABLE t (n integer, j json);
