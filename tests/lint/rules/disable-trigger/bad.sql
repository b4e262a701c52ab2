-- expect
ALTER TABLE users DISABLE TRIGGER ALL;
-- expect
ALTER TABLE users DISABLE TRIGGER USER;
-- expect
ALTER TABLE users DISABLE TRIGGER touch;
-- expect
SET session_replication_role = replica;
-- expect
SET LOCAL session_replication_role TO 'replica';
