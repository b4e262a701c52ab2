ALTER TABLE users ADD COLUMN a integer;
-- expect
ALTER TABLE orders ADD COLUMN a integer;
DROP TABLE old_things;
