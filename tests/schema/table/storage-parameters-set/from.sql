CREATE TABLE t (id int, x text);
