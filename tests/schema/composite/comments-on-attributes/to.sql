CREATE TYPE c AS (a int, b int);
COMMENT ON COLUMN c.b IS 'b';
