CREATE TABLE t (id int, x text) WITH (fillfactor = 80, autovacuum_enabled = false, toast.autovacuum_vacuum_threshold = 99);
