CREATE TABLE notes (id bigint PRIMARY KEY, owner text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE VIEW my_notes WITH (security_invoker = true) AS SELECT * FROM notes;
CREATE VIEW later AS SELECT * FROM notes;
ALTER VIEW later SET (security_invoker = on);
CREATE VIEW people AS SELECT * FROM users;
