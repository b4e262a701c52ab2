CREATE TABLE t1 (b text, c int);
CREATE TABLE t2 (b text, c int);
CREATE TABLE k () INHERITS (t1);
