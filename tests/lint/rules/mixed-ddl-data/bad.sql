ALTER TABLE users ADD COLUMN full_name text;
-- expect
UPDATE users SET full_name = first || ' ' || last;
-- expect
INSERT INTO archive SELECT * FROM users WHERE gone;
-- expect
DELETE FROM users WHERE gone;
