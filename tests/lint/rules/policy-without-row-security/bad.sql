CREATE TABLE notes (id bigint PRIMARY KEY, owner text);
-- expect
CREATE POLICY own ON notes USING (owner = current_user);
