CREATE TABLE notes (id bigint PRIMARY KEY, body jsonb NOT NULL);
ALTER TABLE users ADD COLUMN meta jsonb;
