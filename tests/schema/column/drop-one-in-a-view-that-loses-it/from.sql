CREATE TABLE keepme (id int);
CREATE TABLE t (id int, a text);
CREATE VIEW v AS SELECT id, a FROM t;
COMMENT ON VIEW v IS 'still here';
GRANT SELECT ON v TO case_reader;
