-- keep: SELECT id, k FROM kid
CREATE TABLE base (id int, n int DEFAULT 5);
CREATE TABLE kid (k int) INHERITS (base);
