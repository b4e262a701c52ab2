CREATE TABLE base (x int);
CREATE TABLE kid (x int) INHERITS (base);
CREATE TABLE kidkid (x int) INHERITS (kid);
