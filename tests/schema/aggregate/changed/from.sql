CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE VIEW v AS SELECT total(1) AS x;
GRANT EXECUTE ON FUNCTION total(int) TO case_reader;
