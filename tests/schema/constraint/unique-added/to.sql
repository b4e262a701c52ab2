-- keep: SELECT id, a FROM t ORDER BY id
CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE, UNIQUE (a, id));
