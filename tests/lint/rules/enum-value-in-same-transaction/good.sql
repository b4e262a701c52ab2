ALTER TYPE state ADD VALUE IF NOT EXISTS 'paused' BEFORE 'done';
ALTER TYPE state ADD VALUE 'ended' AFTER 'paused';
COMMENT ON TYPE state IS 'or paused';
UPDATE users SET state = 'open' WHERE id = 3;
