-- expect
GRANT ALL ON users TO app;
-- expect
GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA app TO app;
