CREATE TABLE t (a int, b int);
CREATE UNIQUE INDEX k ON t (a);
