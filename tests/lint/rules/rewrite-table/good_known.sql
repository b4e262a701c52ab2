-- also: combine-alter-table
ALTER TABLE accounts ALTER COLUMN name TYPE varchar(80);
ALTER TABLE accounts ALTER COLUMN nick TYPE text;
ALTER TABLE accounts ALTER COLUMN amount TYPE numeric(14, 2);
ALTER TABLE accounts ALTER COLUMN total TYPE numeric;
ALTER TABLE accounts ALTER COLUMN email TYPE varchar;
SET timezone = 'UTC';
ALTER TABLE accounts ALTER COLUMN made_at TYPE timestamptz;
