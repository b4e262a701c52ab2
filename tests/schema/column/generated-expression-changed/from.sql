-- rows: INSERT INTO t (a) VALUES (2);
CREATE TABLE t (a int, c int GENERATED ALWAYS AS (a * 2) STORED);
CREATE INDEX t_c ON t (c);
COMMENT ON COLUMN t.c IS 'made of a';
CREATE VIEW v AS SELECT c FROM t;
GRANT SELECT (c) ON t TO case_reader;
