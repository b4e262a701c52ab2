-- since: 18
-- refused: needs that of the parent
CREATE TABLE a (x int PRIMARY KEY);
CREATE TABLE b (x int CONSTRAINT theirs NOT NULL) INHERITS (a);
