CREATE FUNCTION eq(point, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR === (LEFTARG = point, RIGHTARG = text, FUNCTION = eq, JOIN = neqjoinsel);
COMMENT ON OPERATOR === (point, text) IS 'kept';
