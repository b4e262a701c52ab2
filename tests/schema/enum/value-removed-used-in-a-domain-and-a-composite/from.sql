-- rows: INSERT INTO t VALUES (1, 'a', ROW('c', 5));
CREATE TYPE e AS ENUM ('a', 'b', 'c');
CREATE DOMAIN ed AS e CHECK (VALUE <> 'c');
CREATE TYPE pair AS (e e, n int);
CREATE TABLE t (id int, d ed, p pair);
