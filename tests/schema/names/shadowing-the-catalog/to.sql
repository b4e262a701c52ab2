CREATE SCHEMA x;
CREATE TABLE x.pg_class (oid int, relname text);
CREATE FUNCTION x.now() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE VIEW x.v AS SELECT x.now() AS a, pg_catalog.now() AS b, c.relname FROM x.pg_class c;
