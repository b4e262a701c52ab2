-- since: 17
CREATE TABLE t (a int);
GRANT MAINTAIN ON t TO case_writer;
GRANT ALL ON t TO case_reader;
