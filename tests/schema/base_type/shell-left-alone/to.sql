CREATE TYPE someday;
CREATE TABLE t (id int);
