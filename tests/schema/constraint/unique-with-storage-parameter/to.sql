CREATE TABLE t (a int UNIQUE WITH (fillfactor = 60));
