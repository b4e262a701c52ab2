CREATE FUNCTION code(n int, prefix text DEFAULT 'x') RETURNS text LANGUAGE sql AS 'SELECT prefix || n::text';
CREATE TABLE t (id int, c text DEFAULT code(5));
