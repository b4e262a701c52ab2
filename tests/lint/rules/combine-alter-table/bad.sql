ALTER TABLE users ADD COLUMN a integer;
-- expect
ALTER TABLE users ADD COLUMN b integer;
