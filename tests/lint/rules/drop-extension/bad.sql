-- expect
DROP EXTENSION hstore;
-- expect
DROP EXTENSION IF EXISTS hstore, pg_trgm CASCADE;
