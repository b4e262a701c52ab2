-- transactional: false
ALTER TABLE users ADD CONSTRAINT old_enough CHECK (age > 17) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT old_enough;
