-- keep: SELECT name, age FROM people
CREATE TYPE person AS (name text, age int, mail text);
CREATE TABLE people OF person;
