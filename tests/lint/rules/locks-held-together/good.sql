-- also: combine-alter-table
ALTER TABLE users ADD COLUMN a integer;
ALTER TABLE users ADD COLUMN b integer;
CREATE TABLE fresh (id bigint PRIMARY KEY);
ALTER TABLE fresh ADD COLUMN a integer;
ALTER TABLE fresh ALTER COLUMN a SET NOT NULL;
COMMENT ON TABLE orders IS 'orders';
