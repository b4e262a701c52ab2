CREATE TABLE t (a int, b int);
ALTER TABLE t ALTER a SET (n_distinct_inherited = -0.5), ALTER b SET (n_distinct = -1);
