-- since: 18
CREATE TABLE a (x int);
CREATE TABLE b (x int CONSTRAINT theirs NOT NULL) INHERITS (a);
