-- expect
ALTER TABLE users RENAME COLUMN name TO full_name;
-- expect
alter table if exists app.users rename "Name" to name;
-- expect
ALTER VIEW people RENAME COLUMN name TO full_name;
