CREATE AGGREGATE many(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
