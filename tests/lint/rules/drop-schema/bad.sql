-- expect
DROP SCHEMA app CASCADE;
-- expect
DROP SCHEMA IF EXISTS a, b;
