CREATE TABLE t (a int);
GRANT SELECT ON t TO case_reader;
GRANT UPDATE (a) ON t TO case_writer;
ALTER TABLE t OWNER TO case_owner;
