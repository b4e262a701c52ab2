-- expect
ALTER TABLE users ALTER COLUMN name TYPE text COLLATE "C";
-- expect
ALTER TABLE users ALTER name SET DATA TYPE varchar(20) COLLATE public.german;
