CREATE TYPE whole;
CREATE FUNCTION canon(whole) RETURNS whole LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE whole AS RANGE (SUBTYPE = int4, CANONICAL = canon);
