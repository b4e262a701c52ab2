-- since: 15
CREATE TABLE t (id int PRIMARY KEY, a int, b int);
CREATE PUBLICATION p FOR TABLE t (id, b) WHERE (id > 2);
