ALTER TABLE users
    ADD COLUMN a text,
    ADD COLUMN b text NOT NULL DEFAULT '',
    ADD COLUMN c timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN d text DEFAULT 'x';
CREATE TABLE fresh (id bigint PRIMARY KEY);
ALTER TABLE fresh ADD COLUMN a text NOT NULL;
