CREATE TABLE base (id int, n int);
CREATE TABLE kid (k int) INHERITS (base);
