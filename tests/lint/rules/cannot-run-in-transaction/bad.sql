-- transactional: true
-- expect
CREATE INDEX CONCURRENTLY users_name ON users (name);
-- expect
DROP INDEX CONCURRENTLY users_name;
-- expect
REINDEX TABLE CONCURRENTLY users;
-- expect
VACUUM users;
-- expect
ALTER TABLE events DETACH PARTITION old CONCURRENTLY;
-- expect
CREATE DATABASE other;
-- expect
ALTER SYSTEM SET work_mem = '1GB';
