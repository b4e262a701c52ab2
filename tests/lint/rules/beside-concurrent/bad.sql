-- transactional: false
CREATE INDEX CONCURRENTLY a ON users (a);
-- expect
ALTER TABLE users ADD COLUMN b integer;
