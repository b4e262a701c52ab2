-- no way back: gets another type
CREATE TABLE t (a int);
CREATE TABLE k (e text) INHERITS (t);
