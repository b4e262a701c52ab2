CREATE TABLE users (id bigint PRIMARY KEY, proved text, email text, name text, phone text);
ALTER TABLE users ADD CONSTRAINT users_proved CHECK (proved IS NOT NULL AND proved <> '') NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_proved;
