CREATE TABLE t (a bigint, b int);
CREATE STATISTICS ab (dependencies, ndistinct) ON a, b FROM t;
CREATE STATISTICS abx ON (a + b), a FROM t;
COMMENT ON STATISTICS abx IS 'sums';
