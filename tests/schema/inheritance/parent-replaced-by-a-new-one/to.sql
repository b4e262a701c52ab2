CREATE TABLE t2 (b text, c int NOT NULL, CONSTRAINT t1_c_check CHECK (c > 0), d int);
CREATE TABLE k () INHERITS (t2);
