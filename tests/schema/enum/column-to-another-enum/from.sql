-- rows: INSERT INTO t VALUES ('a');
CREATE TYPE e1 AS ENUM ('a', 'b');
CREATE TYPE e2 AS ENUM ('b', 'a', 'c');
CREATE TABLE t (c e1 DEFAULT 'b');
