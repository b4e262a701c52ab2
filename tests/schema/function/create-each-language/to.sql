CREATE FUNCTION one() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION two(a int) RETURNS int LANGUAGE plpgsql AS $f$
BEGIN
    -- a comment; with a semicolon
    RETURN a + 1;
END
$f$;
CREATE FUNCTION three(text) RETURNS int LANGUAGE internal STRICT IMMUTABLE AS 'textlen';
