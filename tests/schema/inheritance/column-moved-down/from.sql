-- rows: INSERT INTO k (a, e) VALUES (1, 2)
-- keep: SELECT e FROM k
CREATE TABLE t (a int, e int);
CREATE TABLE k () INHERITS (t);
