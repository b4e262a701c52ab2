-- also: combine-alter-table
ALTER TABLE accounts ALTER COLUMN name TYPE varchar(100);
ALTER TABLE accounts ALTER COLUMN name TYPE text;
ALTER TABLE accounts ALTER COLUMN price TYPE numeric(12, 2);
ALTER TABLE accounts ALTER COLUMN price TYPE numeric;
