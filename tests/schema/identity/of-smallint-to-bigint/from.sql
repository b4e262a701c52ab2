-- rows: INSERT INTO t (a) VALUES ('x'), ('y');
CREATE TABLE t (id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text);
