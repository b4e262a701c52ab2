CREATE TYPE mood AS ENUM ('ok', 'bad');
CREATE FUNCTION plus(mood, int) RETURNS int LANGUAGE sql AS 'SELECT $2';
CREATE OPERATOR |+++| (LEFTARG = mood, RIGHTARG = int, FUNCTION = plus);
CREATE TABLE t (m mood, n int);
CREATE VIEW v AS SELECT m OPERATOR(public.|+++|) n AS x, 'ok'::mood AS y FROM t;
