-- keep: SELECT id, mail::text FROM person ORDER BY id
CREATE EXTENSION citext;
CREATE TABLE person (id int PRIMARY KEY, mail citext UNIQUE);
