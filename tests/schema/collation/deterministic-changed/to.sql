CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE t (a text COLLATE ci);
CREATE INDEX i ON t (a);
COMMENT ON COLLATION ci IS 'without case';
