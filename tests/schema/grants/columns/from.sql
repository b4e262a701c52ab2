CREATE TABLE t (a int, b int, c int);
GRANT SELECT (a), UPDATE (a) ON t TO case_reader;
GRANT INSERT (c) ON t TO PUBLIC;
