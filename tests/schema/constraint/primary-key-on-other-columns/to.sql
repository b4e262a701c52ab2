-- keep: SELECT id, a FROM t ORDER BY id
CREATE TABLE t (id int NOT NULL, a text NOT NULL, PRIMARY KEY (id, a));
