CREATE TYPE c AS (b text, z date);
COMMENT ON TYPE c IS 'c';
