CREATE TABLE t (a int, b int);
CREATE FUNCTION fine(row_of t) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT row_of.b > 0';
ALTER TABLE t ADD CONSTRAINT fine CHECK (fine(t));
