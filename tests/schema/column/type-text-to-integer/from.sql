-- rows: INSERT INTO t VALUES ('12'), ('7');
CREATE TABLE t (n text DEFAULT '0');
