-- expect
ALTER TABLE users DROP COLUMN name;
-- expect
ALTER TABLE users ALTER COLUMN state TYPE varchar(9);
-- expect
ALTER TABLE users ADD COLUMN extra text;
-- expect
ALTER TABLE users RENAME TO people;
