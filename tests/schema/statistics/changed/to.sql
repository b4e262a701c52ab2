CREATE TABLE t (a int, b int, c text);
CREATE STATISTICS s (ndistinct, dependencies) ON a, b, (lower(c)) FROM t;
ALTER STATISTICS s SET STATISTICS 50;
COMMENT ON STATISTICS s IS 's';
ALTER STATISTICS s OWNER TO case_owner;
