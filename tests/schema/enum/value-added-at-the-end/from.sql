-- rows: INSERT INTO t VALUES ('a'), ('b');
CREATE TYPE e AS ENUM ('a', 'b');
CREATE TABLE t (e e);
