CREATE FUNCTION step(state int, x int) RETURNS int LANGUAGE sql AS 'SELECT state * x';
CREATE AGGREGATE agg(int) (SFUNC = step, STYPE = int);
COMMENT ON AGGREGATE agg(int) IS 'kept';
