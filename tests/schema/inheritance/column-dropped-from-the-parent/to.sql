CREATE TABLE base (id int);
CREATE TABLE kid (k int) INHERITS (base);
