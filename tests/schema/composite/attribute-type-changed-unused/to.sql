CREATE TYPE c AS (a bigint, b varchar(5));
CREATE FUNCTION f(c) RETURNS int LANGUAGE sql AS 'SELECT 1';
COMMENT ON COLUMN c.b IS 'the b';
