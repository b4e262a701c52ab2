CREATE TABLE z (x int);
CREATE TABLE a (x int) INHERITS (z);
