CREATE TABLE base (id int, n int NOT NULL);
CREATE TABLE kid (k int) INHERITS (base);
