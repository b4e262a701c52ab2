-- rows: INSERT INTO t VALUES (1), (2);
CREATE TABLE t (a int);
CREATE INDEX i ON t (a);
COMMENT ON INDEX i IS 'kept when replaced';
