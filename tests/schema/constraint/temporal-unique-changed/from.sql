CREATE EXTENSION btree_gist;
CREATE TABLE t (id int, at daterange, CONSTRAINT k UNIQUE (id, at));
