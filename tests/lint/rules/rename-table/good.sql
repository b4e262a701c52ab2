-- also: locks-held-together
CREATE TABLE fresh (id bigint PRIMARY KEY);
ALTER TABLE fresh RENAME TO stale;
ALTER TABLE users RENAME TO people;
CREATE VIEW users AS SELECT * FROM people;
ALTER SEQUENCE a RENAME TO b;
ALTER INDEX users_a RENAME TO people_a;
