-- keep: SELECT one::text, two::text, many::text FROM t
CREATE TYPE e1 AS ENUM ('a');
CREATE TYPE e2 AS ENUM ('x', 'y');
CREATE TABLE t (one e1 DEFAULT 'a', two e2 DEFAULT 'x', many e1[], CHECK (one = 'a' OR two = 'x'));
CREATE FUNCTION f(e1, e2[]) RETURNS e1 LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION g(e e1) RETURNS boolean LANGUAGE sql RETURN e = 'a';
