-- expect
ALTER TABLE orders ALTER COLUMN total TYPE varchar(20);
-- expect
ALTER TABLE orders ALTER COLUMN state TYPE varchar(20);
-- expect
ALTER TABLE orders ALTER COLUMN tag TYPE varchar(20);
-- expect
ALTER TABLE orders ALTER COLUMN city TYPE varchar(20);
-- expect
ALTER TABLE orders ALTER COLUMN region TYPE varchar(20);
