CREATE TABLE t (a int);
GRANT SELECT ON t TO case_reader WITH GRANT OPTION;
SET ROLE case_reader;
GRANT SELECT ON t TO case_writer;
RESET ROLE;
