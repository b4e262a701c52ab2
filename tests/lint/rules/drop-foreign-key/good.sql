-- also: combine-alter-table
ALTER TABLE orders DROP CONSTRAINT price_fk;
ALTER TABLE orders DROP CONSTRAINT orders_total_check;
