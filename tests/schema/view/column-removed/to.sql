CREATE TABLE t (a int, b int);
CREATE VIEW v AS SELECT b FROM t;
CREATE VIEW over AS SELECT b FROM v;
GRANT SELECT ON v TO case_reader;
COMMENT ON COLUMN v.b IS 'b of v';
ALTER VIEW over OWNER TO case_owner;
