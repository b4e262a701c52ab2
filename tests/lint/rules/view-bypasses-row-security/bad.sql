CREATE TABLE notes (id bigint PRIMARY KEY, owner text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
-- expect
CREATE VIEW all_notes AS SELECT * FROM notes;
-- expect
CREATE VIEW more WITH (security_invoker = false) AS SELECT * FROM notes;
-- expect
CREATE MATERIALIZED VIEW kept AS SELECT * FROM notes;
