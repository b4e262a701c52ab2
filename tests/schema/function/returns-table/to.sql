CREATE FUNCTION f() RETURNS TABLE (a int, b text, c int) LANGUAGE sql ROWS 50 AS 'SELECT 1, ''x'', 2';
