CREATE TABLE t (a int, b int);
CREATE POLICY p ON t USING (a > 0) WITH CHECK (b > 0);
