-- expect
ALTER TABLE users DROP COLUMN name;
-- expect
alter table only app.users drop "Name" cascade;
-- expect
ALTER TABLE users DROP COLUMN IF EXISTS a, ADD COLUMN b integer;
-- expect
DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN a', 'users'); END $$;
