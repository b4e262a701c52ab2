-- also: locks-held-together
ALTER TABLE orders ADD COLUMN a integer;
ALTER TABLE users ADD COLUMN a integer;
