-- since: 18
CREATE EXTENSION btree_gist;
CREATE TABLE t (id int, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS));
CREATE TABLE u (t int, at daterange, FOREIGN KEY (t, PERIOD at) REFERENCES t (id, PERIOD at));
