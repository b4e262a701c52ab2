CREATE TYPE c AS (a int, b text);
COMMENT ON TYPE c IS 'c';
