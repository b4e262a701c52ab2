CREATE SCHEMA x;
CREATE TABLE t (a int, b int);
CREATE STATISTICS public.s ON a, b FROM t;
