CREATE TABLE base (id int NOT NULL, n int);
CREATE TABLE kid (k int) INHERITS (base);
