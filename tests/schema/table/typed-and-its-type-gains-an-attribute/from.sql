-- rows: INSERT INTO people VALUES ('Ada', 36);
CREATE TYPE person AS (name text, age int);
CREATE TABLE people OF person;
