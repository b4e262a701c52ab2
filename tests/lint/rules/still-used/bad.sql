-- expect
ALTER TABLE users DROP COLUMN name;
-- expect
ALTER TABLE users DROP COLUMN owner;
-- expect
ALTER TABLE users RENAME COLUMN kept TO held;
