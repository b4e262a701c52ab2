-- expect
CREATE TABLE logs (at timestamptz);
-- expect
CREATE PUBLICATION feed FOR TABLE logs;
-- expect
ALTER TABLE users REPLICA IDENTITY NOTHING;
