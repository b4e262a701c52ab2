-- rows: INSERT INTO t (a) VALUES ('x'), ('y');
CREATE TABLE t (id serial PRIMARY KEY, a text);
