ALTER TABLE users ADD COLUMN a integer;
-- expect
ALTER TABLE orders ADD COLUMN a integer;
UPDATE shops SET name = 'x' WHERE id = 3;
-- expect
ALTER TABLE shops ADD COLUMN b integer;
