CREATE TABLE a (id int PRIMARY KEY, code text);
CREATE TABLE b (code text);
