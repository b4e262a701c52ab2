-- depends: 20250324111500_change_feed

-- Which client wrote a row (so that it is not sent its own change), when a user was last seen, and how long a
-- workflow may run. No table is rewritten: the columns are null, or their default is a constant.

ALTER TABLE users
    ADD COLUMN last_seen_at timestamptz,
    ADD COLUMN client_id uuid;
ALTER TABLE entity_types ADD COLUMN client_id uuid;
ALTER TABLE projects ADD COLUMN client_id uuid;
ALTER TABLE resources ADD COLUMN client_id uuid;
ALTER TABLE edges ADD COLUMN client_id uuid;
ALTER TABLE workflows
    ADD COLUMN max_duration interval NOT NULL DEFAULT '1 hour',
    ADD COLUMN client_id uuid;

COMMENT ON COLUMN users.client_id IS 'The client that wrote this version of the row; null for the server.';
COMMENT ON COLUMN entity_types.client_id IS 'The client that wrote this version of the row; null for the server.';
COMMENT ON COLUMN projects.client_id IS 'The client that wrote this version of the row; null for the server.';
COMMENT ON COLUMN resources.client_id IS 'The client that wrote this version of the row; null for the server.';
COMMENT ON COLUMN edges.client_id IS 'The client that wrote this version of the row; null for the server.';
COMMENT ON COLUMN workflows.client_id IS 'The client that wrote this version of the row; null for the server.';
COMMENT ON COLUMN workflows.max_duration IS 'An execution that runs for longer is failed.';
