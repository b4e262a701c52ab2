CREATE TABLE people (id bigint PRIMARY KEY, name text);
ALTER TABLE people ALTER COLUMN name TYPE text COLLATE "C";
ALTER TABLE users ADD COLUMN sort_name text COLLATE "C";
