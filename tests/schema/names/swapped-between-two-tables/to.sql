CREATE TABLE a (y text);
CREATE TABLE b (x int);
