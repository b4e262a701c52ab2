ALTER TYPE state ADD VALUE 'paused';
-- expect
UPDATE users SET state = 'paused' WHERE id = 3;
-- expect
ALTER TABLE users ALTER COLUMN state SET DEFAULT 'paused';
