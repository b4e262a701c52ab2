CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = pg_catalog, "Odd One" SET statement_timeout = '5s' AS 'SELECT 1';
