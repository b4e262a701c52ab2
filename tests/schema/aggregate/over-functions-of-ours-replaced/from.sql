CREATE FUNCTION step(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2';
CREATE AGGREGATE agg(int) (SFUNC = step, STYPE = int);
COMMENT ON AGGREGATE agg(int) IS 'kept';
