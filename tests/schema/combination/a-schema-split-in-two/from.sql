-- rows: INSERT INTO core.keepme VALUES (7);
CREATE SCHEMA core;
CREATE TABLE core.keepme (id int PRIMARY KEY);
CREATE VIEW core.v AS SELECT id FROM core.keepme;
CREATE FUNCTION core.f(core.keepme) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE core.e AS ENUM ('x');
CREATE TABLE core.t (e core.e, v int REFERENCES core.keepme);
