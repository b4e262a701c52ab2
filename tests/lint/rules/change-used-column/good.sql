ALTER TABLE orders ALTER COLUMN free TYPE varchar(20);
