CREATE TABLE base (x int, y int NOT NULL DEFAULT 3);
CREATE TABLE kid (x int, y int NOT NULL DEFAULT 4) INHERITS (base);
CREATE TABLE kidkid (x int) INHERITS (kid);
