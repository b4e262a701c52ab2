CREATE TABLE t (a int PRIMARY KEY);
CREATE INDEX i ON t (a);
COMMENT ON INDEX t_pkey IS 'of the key';
