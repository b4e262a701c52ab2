CREATE TABLE other (id int);
CREATE TABLE t (id serial PRIMARY KEY, code text UNIQUE, a int);
