-- rows: INSERT INTO t VALUES (5);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE t (a int);
