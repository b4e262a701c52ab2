CREATE TYPE step AS ENUM ('one', 'two');
CREATE FUNCTION apart(step, step) RETURNS float8 IMMUTABLE LANGUAGE sql AS 'SELECT 1.0::float8';
CREATE TYPE steps AS RANGE (SUBTYPE = step, SUBTYPE_DIFF = apart);
CREATE TABLE t (id int);
