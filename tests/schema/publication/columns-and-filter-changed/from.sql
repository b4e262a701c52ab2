CREATE TABLE t (id int PRIMARY KEY, a int, b int);
CREATE PUBLICATION p FOR TABLE t (id, a) WHERE (id > 1);
