-- expect
ALTER TABLE accounts ALTER COLUMN id TYPE integer;
-- expect
ALTER TABLE accounts ALTER COLUMN name TYPE varchar(10);
-- expect
ALTER TABLE accounts ALTER COLUMN note TYPE varchar(10);
-- expect
ALTER TABLE accounts ALTER COLUMN amount TYPE integer;
-- expect
ALTER TABLE accounts ALTER COLUMN made_at TYPE date;
-- expect
ALTER TABLE public.accounts ALTER COLUMN price TYPE numeric(8, 2);
