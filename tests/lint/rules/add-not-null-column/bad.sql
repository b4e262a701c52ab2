-- expect
ALTER TABLE users ADD COLUMN name text NOT NULL;
-- expect
alter table if exists only app."Users" add "fullName" text constraint nn not null;
ALTER TABLE users
    ADD COLUMN a integer,
    -- expect
    ADD COLUMN b integer NOT NULL,
    -- expect
    ADD COLUMN IF NOT EXISTS c integer NOT NULL DEFAULT NULL;
DO $$
BEGIN
    -- expect
    ALTER TABLE users ADD COLUMN d text NOT NULL;
    -- expect
    EXECUTE 'ALTER TABLE users ADD COLUMN e text NOT NULL';
END
$$;
