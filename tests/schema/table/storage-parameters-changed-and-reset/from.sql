CREATE TABLE t (id int, x text) WITH (fillfactor = 80, parallel_workers = 2, toast.autovacuum_enabled = false);
