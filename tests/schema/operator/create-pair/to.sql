CREATE FUNCTION eq(point, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION eq2(text, point) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR ==== (LEFTARG = point, RIGHTARG = text, FUNCTION = eq, COMMUTATOR = ====, NEGATOR = !!==, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR ==== (LEFTARG = text, RIGHTARG = point, FUNCTION = eq2, COMMUTATOR = ====);
CREATE OPERATOR !!== (LEFTARG = point, RIGHTARG = text, FUNCTION = eq, NEGATOR = ====);
COMMENT ON OPERATOR ==== (point, text) IS 'near';
