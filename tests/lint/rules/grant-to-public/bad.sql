-- expect
GRANT SELECT ON users TO PUBLIC;
-- expect
grant all on schema app to reader, public;
-- expect
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
