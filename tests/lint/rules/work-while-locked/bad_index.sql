ALTER TABLE users ADD COLUMN a integer;
-- expect
CREATE INDEX users_a ON users (a);
