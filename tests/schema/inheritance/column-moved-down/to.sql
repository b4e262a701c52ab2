CREATE TABLE t (a int);
CREATE TABLE k (e int) INHERITS (t);
