-- keep: SELECT a.id, b.a, c.b FROM a, b, c
CREATE TABLE a (id bigint PRIMARY KEY);
CREATE TABLE b (id bigint, a bigint REFERENCES a, PRIMARY KEY (id, a));
CREATE TABLE c (id int PRIMARY KEY, b bigint, a bigint, FOREIGN KEY (b, a) REFERENCES b ON DELETE CASCADE);
CREATE INDEX c_b ON c (b);
