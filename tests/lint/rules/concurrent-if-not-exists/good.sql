-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS users_name;
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_name ON users (name);
CREATE INDEX CONCURRENTLY users_email ON users (email);
