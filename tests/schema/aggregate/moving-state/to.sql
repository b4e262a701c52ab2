CREATE AGGREGATE msum(int8) (SFUNC = int8pl, STYPE = int8, MSFUNC = int8pl, MINVFUNC = int8mi, MSTYPE = int8, MINITCOND = '0', INITCOND = '0', SORTOP = >);
