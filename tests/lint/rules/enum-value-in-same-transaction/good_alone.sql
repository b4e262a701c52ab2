-- transactional: false
ALTER TYPE state ADD VALUE 'paused';
UPDATE users SET state = 'paused' WHERE id = 3;
