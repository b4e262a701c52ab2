CREATE TABLE t (a int, b int, c int);
GRANT SELECT (a, b) ON t TO case_reader;
GRANT REFERENCES (b) ON t TO case_writer WITH GRANT OPTION;
