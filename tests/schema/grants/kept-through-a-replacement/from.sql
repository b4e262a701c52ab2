CREATE TABLE t (a int, b int);
CREATE VIEW v AS SELECT a, b FROM t;
GRANT SELECT ON v TO case_reader WITH GRANT OPTION;
GRANT UPDATE (b) ON v TO case_writer;
REVOKE ALL ON v FROM postgres;
