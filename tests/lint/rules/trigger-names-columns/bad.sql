-- expect
ALTER TABLE docs ADD COLUMN tags text;
-- expect
ALTER TABLE notes ADD COLUMN c text;
