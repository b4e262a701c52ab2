-- also: drop-column create-trigger-lock
CREATE OR REPLACE VIEW people AS SELECT id FROM users;
ALTER TABLE users DROP COLUMN name;
DROP TRIGGER touch ON users;
DROP FUNCTION touch();
