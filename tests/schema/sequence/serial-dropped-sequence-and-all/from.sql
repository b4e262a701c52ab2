CREATE TABLE t (id serial, a text);
