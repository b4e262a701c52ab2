-- transactional: false
ALTER TABLE users ADD COLUMN a integer;
ALTER TABLE orders ADD COLUMN a integer;
