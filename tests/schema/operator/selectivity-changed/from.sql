CREATE FUNCTION eq(point, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR === (LEFTARG = point, RIGHTARG = text, FUNCTION = eq, RESTRICT = eqsel);
COMMENT ON OPERATOR === (point, text) IS 'kept';
