-- since: 18
CREATE TABLE a (x int NOT NULL);
CREATE TABLE a2 (x int CONSTRAINT other NOT NULL);
CREATE TABLE b (x int) INHERITS (a, a2);
