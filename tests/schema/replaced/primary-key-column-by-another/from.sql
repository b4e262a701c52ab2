CREATE TABLE other (id int);
CREATE TABLE t (code text PRIMARY KEY, a int);
