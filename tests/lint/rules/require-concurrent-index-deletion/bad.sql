-- expect
DROP INDEX users_name;
-- expect
drop index if exists app."Users_x", users_y cascade;
