-- expect
ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);
-- expect
ALTER TABLE users ADD UNIQUE (email);
-- expect
alter table users add unique nulls not distinct (email, phone);
-- expect
ALTER TABLE users ADD COLUMN a text UNIQUE;
