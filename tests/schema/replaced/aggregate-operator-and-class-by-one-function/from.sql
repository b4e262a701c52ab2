CREATE FUNCTION less(box, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR <<<< (LEFTARG = box, RIGHTARG = text, FUNCTION = less);
CREATE TABLE t (b box, c text, CHECK (b <<<< c));
CREATE INDEX t_less ON t ((b <<<< c));
COMMENT ON OPERATOR <<<< (box, text) IS 'less';
