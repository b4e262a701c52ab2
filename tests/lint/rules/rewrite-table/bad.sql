-- expect
ALTER TABLE users ADD COLUMN number bigserial;
-- expect
ALTER TABLE users ADD COLUMN number2 bigint GENERATED ALWAYS AS IDENTITY;
-- expect
ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();
-- expect
ALTER TABLE users ADD COLUMN seen timestamptz DEFAULT clock_timestamp();
-- expect
ALTER TABLE users ADD COLUMN dice int DEFAULT (random() * 6)::int;
-- expect
ALTER TABLE users ADD COLUMN own text DEFAULT my_function();
-- expect
ALTER TABLE users ADD COLUMN full_name text GENERATED ALWAYS AS (first || ' ' || last) STORED;
-- expect
ALTER TABLE users ALTER COLUMN id TYPE bigint;
-- expect
ALTER TABLE users ALTER id SET DATA TYPE bigint USING id::bigint;
-- expect
ALTER TABLE users ALTER COLUMN payload TYPE jsonb USING payload::jsonb;
-- expect
ALTER TABLE users ALTER COLUMN name TYPE text USING lower(name);
-- expect
ALTER TABLE users ALTER COLUMN name TYPE varchar(40);
-- expect
ALTER TABLE users SET UNLOGGED;
-- expect
ALTER TABLE users SET LOGGED;
-- expect
ALTER TABLE users SET TABLESPACE fast;
-- expect
ALTER TABLE users SET ACCESS METHOD columnar;
-- expect
ALTER TABLE users ALTER COLUMN full_name SET EXPRESSION AS (first);
-- expect
ALTER TABLE ALL IN TABLESPACE slow SET TABLESPACE fast;
-- expect
DO $$ BEGIN ALTER TABLE users ADD COLUMN again serial; END $$;
