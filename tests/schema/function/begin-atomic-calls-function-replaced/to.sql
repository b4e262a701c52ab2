CREATE FUNCTION inner_one(x int) RETURNS int LANGUAGE sql AS 'SELECT x';
CREATE FUNCTION outer_one(n int) RETURNS int LANGUAGE sql RETURN inner_one(n);
COMMENT ON FUNCTION outer_one(int) IS 'calls';
