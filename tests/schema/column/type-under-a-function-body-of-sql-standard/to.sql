CREATE TABLE t (a bigint, b int);
CREATE FUNCTION total() RETURNS numeric LANGUAGE sql BEGIN ATOMIC SELECT sum(a) FROM t; END;
GRANT EXECUTE ON FUNCTION total() TO case_reader;
