-- keep: SELECT name, age FROM person
CREATE TABLE person (id int NOT NULL, name text PRIMARY KEY, age smallint CHECK (age BETWEEN 0 AND 150));
CREATE TABLE visit (id bigint PRIMARY KEY, person int, at date DEFAULT CURRENT_DATE);
CREATE INDEX visit_at ON visit (at DESC) INCLUDE (person);
CREATE VIEW adults AS SELECT id, name FROM person WHERE age >= 18 WITH CHECK OPTION;
CREATE RULE no_visits AS ON DELETE TO visit DO INSTEAD NOTHING;
ALTER TABLE visit REPLICA IDENTITY USING INDEX visit_pkey;
