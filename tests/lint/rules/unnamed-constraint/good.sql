ALTER TABLE users ADD CONSTRAINT a CHECK (age > 0) NOT VALID;
CREATE TABLE shops (id bigint PRIMARY KEY, age integer CHECK (age > 0));
