CREATE TABLE t (a int, b int);
CREATE INDEX j ON t (b);
