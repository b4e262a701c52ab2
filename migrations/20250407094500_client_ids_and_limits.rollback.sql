ALTER TABLE workflows
    DROP COLUMN max_duration,
    DROP COLUMN client_id;
ALTER TABLE edges DROP COLUMN client_id;
ALTER TABLE resources DROP COLUMN client_id;
ALTER TABLE projects DROP COLUMN client_id;
ALTER TABLE entity_types DROP COLUMN client_id;
ALTER TABLE users
    DROP COLUMN last_seen_at,
    DROP COLUMN client_id;
