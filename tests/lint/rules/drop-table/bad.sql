-- expect
DROP TABLE users;
-- expect
-- expect
drop table if exists app."Users", orders cascade;
-- expect
DROP FOREIGN TABLE remote;
-- expect
DO $$ BEGIN DROP TABLE users; END $$;
