-- rows: INSERT INTO t VALUES (1, '[1,3)');
CREATE EXTENSION btree_gist;
CREATE TABLE t (a int, r int4range, CONSTRAINT apart EXCLUDE USING gist (a WITH =, r WITH &&));
COMMENT ON CONSTRAINT apart ON t IS 'apart';
