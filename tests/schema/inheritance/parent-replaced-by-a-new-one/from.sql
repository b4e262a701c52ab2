CREATE TABLE t1 (b text, c int NOT NULL, CHECK (c > 0));
CREATE TABLE k () INHERITS (t1);
