CREATE TABLE t (a int DEFAULT 7, b int DEFAULT 2, c int);
