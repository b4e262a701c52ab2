-- expect
UPDATE users SET a = 1;
-- expect
delete from app."Users";
-- expect
UPDATE users SET a = 1 WHERE true;
-- expect
DELETE FROM users WHERE 1 = 1;
-- expect
WITH gone AS (DELETE FROM users RETURNING id) INSERT INTO archive SELECT id FROM gone;
DO $$
BEGIN
    -- expect
    UPDATE users SET a = 2;
END
$$;
