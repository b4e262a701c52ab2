CREATE TABLE z (x int, y int);
CREATE TABLE a (x int, y int CONSTRAINT c CHECK (y > 0)) INHERITS (z);
