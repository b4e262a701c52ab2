CREATE TABLE base (id int NOT NULL, a text DEFAULT 'x', CHECK (id > 0));
CREATE TABLE kid (b int, CONSTRAINT kid_b CHECK (b > 1)) INHERITS (base);
CREATE TABLE grandkid (c int) INHERITS (kid);
