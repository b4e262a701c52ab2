-- expect
TRUNCATE users;
-- expect
truncate table only app."Users", orders restart identity cascade;
