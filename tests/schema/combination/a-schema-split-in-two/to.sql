-- keep: SELECT id FROM core.keepme
CREATE SCHEMA core;
CREATE SCHEMA api;
CREATE TABLE core.keepme (id int PRIMARY KEY);
CREATE VIEW api.v AS SELECT id FROM core.keepme;
CREATE FUNCTION api.f(core.keepme) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE api.e AS ENUM ('x', 'y');
CREATE TABLE core.t (e api.e DEFAULT 'y', v int REFERENCES core.keepme);
GRANT USAGE ON SCHEMA api TO case_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA api GRANT SELECT ON TABLES TO case_reader;
