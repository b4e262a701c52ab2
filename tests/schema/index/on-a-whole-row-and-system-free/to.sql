CREATE TABLE t (a int, b int);
CREATE INDEX i ON t ((ROW(a, b) IS NULL));
CREATE UNIQUE INDEX one_only ON t ((true));
