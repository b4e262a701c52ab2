-- expect
ALTER TABLE users RENAME TO people;
-- expect
alter table if exists app."Users" rename to folks;
-- expect
ALTER VIEW a RENAME TO b;
-- expect
ALTER TABLE orders SET SCHEMA archive;
-- expect
ALTER SCHEMA app RENAME TO application;
