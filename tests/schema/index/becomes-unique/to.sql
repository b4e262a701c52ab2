-- keep: SELECT a FROM t ORDER BY a
CREATE TABLE t (a int);
CREATE UNIQUE INDEX i ON t (a);
COMMENT ON INDEX i IS 'kept when replaced';
