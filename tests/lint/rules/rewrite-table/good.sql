-- also: combine-alter-table
ALTER TABLE users ADD COLUMN a integer;
ALTER TABLE users ADD COLUMN b integer DEFAULT 1;
ALTER TABLE users ADD COLUMN c timestamptz DEFAULT now();
ALTER TABLE users ADD COLUMN c2 timestamptz DEFAULT CURRENT_TIMESTAMP;
ALTER TABLE users ADD COLUMN d text DEFAULT 'a' || 'b';
ALTER TABLE users ADD COLUMN e text GENERATED ALWAYS AS (first || last) VIRTUAL;
ALTER TABLE users ADD COLUMN f jsonb DEFAULT '{}'::jsonb;
ALTER TABLE users ALTER COLUMN a SET DEFAULT random();
ALTER TABLE users ALTER COLUMN token SET DEFAULT gen_random_uuid();
CREATE TABLE fresh (id bigint PRIMARY KEY, n integer);
ALTER TABLE fresh ALTER COLUMN n TYPE bigint;
ALTER TABLE fresh ADD COLUMN m bigserial;
CREATE UNLOGGED TABLE staged (id bigint PRIMARY KEY);
ALTER TABLE staged SET LOGGED;
