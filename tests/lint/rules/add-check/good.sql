ALTER TABLE users ADD CONSTRAINT old_enough CHECK (age > 17) NOT VALID;
CREATE TABLE fresh (id bigint PRIMARY KEY, a integer CHECK (a > 0));
ALTER TABLE fresh ADD CONSTRAINT b CHECK (a < 9);
ALTER TABLE fresh ADD COLUMN c integer CHECK (c > 0);
