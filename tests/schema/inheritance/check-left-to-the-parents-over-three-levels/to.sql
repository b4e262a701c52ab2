CREATE TABLE base (id int CONSTRAINT c CHECK (id > 0));
CREATE TABLE kid () INHERITS (base);
CREATE TABLE kidkid () INHERITS (kid);
