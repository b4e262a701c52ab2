CREATE TABLE t (a int, b int);
CREATE VIEW v AS SELECT a AS y, b FROM t;
GRANT SELECT (y, b) ON v TO case_reader;
