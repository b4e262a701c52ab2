CREATE TABLE t (a int);
CREATE TABLE u (a int);
GRANT SELECT, UPDATE ON t TO case_reader, case_writer;
GRANT TRUNCATE, REFERENCES, TRIGGER, DELETE ON u TO case_writer;
