CREATE TABLE fresh (id bigint PRIMARY KEY, a integer);
CREATE INDEX fresh_a ON fresh (a);
DROP INDEX fresh_a;
