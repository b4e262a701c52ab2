CREATE TABLE t (id int);
CREATE TABLE other (id int);
