-- What earlier migrations say of the types tells which changes are free.
-- expect
ALTER TABLE accounts ALTER COLUMN id TYPE bigint;
-- expect
ALTER TABLE accounts ALTER COLUMN name TYPE varchar(10);
-- expect
ALTER TABLE accounts ALTER COLUMN code TYPE text;
-- expect
ALTER TABLE accounts ALTER COLUMN amount TYPE numeric(12, 4);
-- expect
ALTER TABLE accounts ALTER COLUMN made_at TYPE timestamptz;
-- expect
ALTER TABLE accounts ADD COLUMN state positive DEFAULT 1;
