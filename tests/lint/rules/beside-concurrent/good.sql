-- transactional: false
SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY a ON users (a);
DROP INDEX CONCURRENTLY b;
