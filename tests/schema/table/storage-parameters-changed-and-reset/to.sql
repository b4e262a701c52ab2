CREATE TABLE t (id int, x text) WITH (fillfactor = 90, autovacuum_analyze_scale_factor = 0.02);
