CREATE AGGREGATE many(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '1');
CREATE FUNCTION add_all(int, VARIADIC int[]) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE AGGREGATE many(VARIADIC int[]) (SFUNC = add_all, STYPE = int);
