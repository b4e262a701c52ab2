CREATE TYPE point3 AS (x float8, y float8, z float8);
CREATE DOMAIN short AS text CHECK (length(VALUE) < 9);
