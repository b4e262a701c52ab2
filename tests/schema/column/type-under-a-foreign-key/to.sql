-- keep: SELECT a.id, b.a FROM a JOIN b ON a.id = b.a
CREATE TABLE a (id bigint PRIMARY KEY);
CREATE TABLE b (id int PRIMARY KEY, a bigint REFERENCES a);
