-- rows: INSERT INTO t VALUES ('abc', 'def', 'ghi');
CREATE TABLE t (a varchar(10), b varchar(40), c varchar(5));
