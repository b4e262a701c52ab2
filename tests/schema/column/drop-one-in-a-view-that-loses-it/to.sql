CREATE TABLE keepme (id int);
CREATE TABLE t (id int);
CREATE VIEW v AS SELECT id FROM t;
COMMENT ON VIEW v IS 'still here';
GRANT SELECT ON v TO case_reader;
