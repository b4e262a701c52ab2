CREATE FUNCTION code(n int) RETURNS text LANGUAGE sql AS 'SELECT n::text';
CREATE TABLE t (id int, c text DEFAULT code(5));
