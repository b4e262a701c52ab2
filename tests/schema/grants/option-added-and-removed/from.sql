CREATE TABLE t (a int);
CREATE TABLE u (a int);
GRANT SELECT ON t TO case_reader;
GRANT SELECT ON u TO case_reader WITH GRANT OPTION;
