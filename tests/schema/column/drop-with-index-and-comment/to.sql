-- keep: SELECT id FROM t ORDER BY id
CREATE TABLE t (id int PRIMARY KEY, b text DEFAULT 'x');
