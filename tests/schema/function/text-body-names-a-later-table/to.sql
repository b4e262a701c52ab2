CREATE TABLE zzz (a int);
CREATE FUNCTION aaa() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM zzz';
