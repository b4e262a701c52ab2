-- keep: SELECT a, lower(r)::int FROM t
CREATE EXTENSION btree_gist;
CREATE TABLE t (a bigint, r int4range, CONSTRAINT apart EXCLUDE USING gist (a WITH =, r WITH &&));
COMMENT ON CONSTRAINT apart ON t IS 'apart';
