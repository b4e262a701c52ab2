CREATE SCHEMA old;
CREATE TYPE old.state AS ENUM ('a', 'b');
CREATE TABLE old.t (id int PRIMARY KEY, s old.state DEFAULT 'a');
CREATE VIEW old.v AS SELECT s FROM old.t;
CREATE FUNCTION old.f(old.state) RETURNS int LANGUAGE sql AS 'SELECT 1';
