CREATE TABLE t (a int);
CREATE POLICY p ON t TO case_reader USING (true);
CREATE POLICY q ON t TO PUBLIC USING (true);
