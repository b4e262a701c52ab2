CREATE TABLE t (id int, a text, PRIMARY KEY (id) INCLUDE (a));
