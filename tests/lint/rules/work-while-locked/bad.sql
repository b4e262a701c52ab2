ALTER TABLE users ADD COLUMN a integer;
-- expect
SELECT count(*) FROM orders;
-- expect
CREATE TABLE copied AS SELECT * FROM orders;
