CREATE TABLE base (id int, n int);
CREATE TABLE kid (n int, k int) INHERITS (base);
