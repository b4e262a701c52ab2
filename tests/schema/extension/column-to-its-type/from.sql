-- rows: INSERT INTO person VALUES (1, 'Ada'), (2, 'Bo');
CREATE EXTENSION citext;
CREATE TABLE person (id int PRIMARY KEY, mail text UNIQUE);
