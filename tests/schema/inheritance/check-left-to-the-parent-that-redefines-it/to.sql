CREATE TABLE base (id int CONSTRAINT c CHECK (id > 1));
CREATE TABLE kid () INHERITS (base);
