-- expect
CREATE TABLE logs (at timestamptz, line text);
-- expect
create table if not exists app."Logs" (id bigint unique);
