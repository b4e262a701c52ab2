CREATE TABLE a (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE b (code text REFERENCES a (code));
