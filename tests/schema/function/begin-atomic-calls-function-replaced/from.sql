CREATE FUNCTION inner_one(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION outer_one(n int) RETURNS int LANGUAGE sql RETURN inner_one(n);
COMMENT ON FUNCTION outer_one(int) IS 'calls';
