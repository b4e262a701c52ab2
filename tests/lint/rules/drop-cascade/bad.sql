-- expect
DROP TABLE users CASCADE;
-- expect
DROP FUNCTION f(integer) CASCADE;
-- expect
DROP TYPE state CASCADE;
-- expect
ALTER TABLE users DROP COLUMN a CASCADE;
-- expect
ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE;
