CREATE TABLE base (id int, g int GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE kid (k int) INHERITS (base);
