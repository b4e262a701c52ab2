CREATE TABLE t (a int);
CREATE POLICY p ON t TO case_reader, case_writer USING (true);
CREATE POLICY q ON t TO case_owner USING (true);
