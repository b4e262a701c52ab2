-- transactional: false
DROP INDEX CONCURRENTLY users_name;
DROP INDEX CONCURRENTLY IF EXISTS users_other;
