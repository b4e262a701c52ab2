CREATE FUNCTION norm(word text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT upper(word)';
CREATE TABLE t (a text);
CREATE UNIQUE INDEX i ON t (norm(a));
COMMENT ON INDEX i IS 'normalised';
