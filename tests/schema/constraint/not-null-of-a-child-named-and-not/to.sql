-- since: 18
CREATE TABLE a (x int NOT NULL);
CREATE TABLE b (x int) INHERITS (a);
CREATE TABLE c (x int) INHERITS (b);
