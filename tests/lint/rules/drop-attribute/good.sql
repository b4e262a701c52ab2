ALTER TYPE address ADD ATTRIBUTE city text;
CREATE TYPE point3 AS (x float8, y float8);
ALTER TYPE point3 DROP ATTRIBUTE y;
