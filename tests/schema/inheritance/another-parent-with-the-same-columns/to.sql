CREATE TABLE t1 (b text, c int NOT NULL, CHECK (c > 0));
CREATE TABLE t2 (b text, c int NOT NULL, CHECK (c > 0), d int);
CREATE TABLE k (d int) INHERITS (t2);
