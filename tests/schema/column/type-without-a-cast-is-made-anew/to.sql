CREATE TABLE keepme (id int);
CREATE TABLE t (id int, at date);
