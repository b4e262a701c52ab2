CREATE TABLE t (a int, b int);
CREATE POLICY p ON t USING (a > 0);
COMMENT ON POLICY p ON t IS 'p';
