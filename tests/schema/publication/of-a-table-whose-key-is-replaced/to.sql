CREATE TABLE t (id int, a int, CONSTRAINT "the key" PRIMARY KEY (id));
CREATE PUBLICATION p FOR TABLE t WITH (publish = 'update, delete');
