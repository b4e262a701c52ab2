ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
CREATE TABLE fresh (id bigint PRIMARY KEY, a integer UNIQUE);
ALTER TABLE fresh ADD CONSTRAINT again UNIQUE (id, a);
