-- rows: INSERT INTO t VALUES (1, 'x');
CREATE TABLE t (id int, a text);
