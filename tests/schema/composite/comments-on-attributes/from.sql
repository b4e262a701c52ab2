CREATE TYPE c AS (a int, b int);
COMMENT ON COLUMN c.a IS 'a';
