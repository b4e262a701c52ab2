-- keep: SELECT id, d::text, p::text FROM t
CREATE TYPE e AS ENUM ('a', 'c');
CREATE DOMAIN ed AS e CHECK (VALUE <> 'c');
CREATE TYPE pair AS (e e, n int);
CREATE TABLE t (id int, d ed, p pair);
