ALTER TABLE users ENABLE TRIGGER ALL;
SET session_replication_role = origin;
RESET session_replication_role;
