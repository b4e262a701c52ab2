-- keep: SELECT a, b::text FROM t
CREATE DOMAIN d AS bigint CHECK (VALUE > 0);
CREATE TABLE t (a d, b d[]);
CREATE VIEW v AS SELECT a FROM t;
GRANT SELECT ON v TO case_reader;
