-- rows: INSERT INTO t VALUES (1, 'a'), (2, 'b');
CREATE TABLE t (id int PRIMARY KEY, a text);
