-- rows: INSERT INTO k (a, e) VALUES (1, 2)
CREATE TABLE t (a int, e int);
CREATE TABLE k () INHERITS (t);
