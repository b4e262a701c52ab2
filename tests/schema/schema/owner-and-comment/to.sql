CREATE SCHEMA app;
ALTER SCHEMA app OWNER TO case_owner;
COMMENT ON SCHEMA app IS 'the application''s own';
