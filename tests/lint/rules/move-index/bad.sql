-- expect
ALTER INDEX users_name SET TABLESPACE fast;
-- expect
alter index if exists app."Users_x" set tablespace fast;
