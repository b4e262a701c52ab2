-- rows: INSERT INTO person VALUES (1, 'ada', 36); INSERT INTO visit VALUES (10, 1);
CREATE TABLE person (id int PRIMARY KEY, name text, age int);
CREATE TABLE visit (id int PRIMARY KEY, person int REFERENCES person);
CREATE UNIQUE INDEX person_name ON person (name);
CREATE VIEW adults AS SELECT id, name FROM person WHERE age >= 18 WITH CHECK OPTION;
CREATE RULE no_visits AS ON DELETE TO visit DO INSTEAD NOTHING;
ALTER TABLE visit REPLICA IDENTITY USING INDEX visit_pkey;
