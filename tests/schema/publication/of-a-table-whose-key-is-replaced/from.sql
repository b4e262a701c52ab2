CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE PUBLICATION p FOR TABLE t WITH (publish = 'update, delete');
