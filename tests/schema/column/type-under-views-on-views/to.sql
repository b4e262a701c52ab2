-- keep: SELECT a, b FROM t
CREATE TABLE t (a bigint, b int);
CREATE VIEW v1 AS SELECT a, b, a + b AS c FROM t;
CREATE VIEW v2 AS SELECT * FROM v1 WHERE c > 0;
CREATE VIEW v3 WITH (security_barrier) AS SELECT count(*) AS n FROM v2;
COMMENT ON VIEW v2 IS 'second';
COMMENT ON COLUMN v1.c IS 'sum';
GRANT SELECT ON v3 TO case_reader;
GRANT SELECT (a) ON v1 TO PUBLIC;
GRANT SELECT ON v1 TO case_owner;
ALTER VIEW v2 OWNER TO case_owner;
