-- expect
CREATE INDEX users_name ON users (name);
-- expect
create unique index if not exists "Users_x" on app."Users" using btree (lower(name)) where name is not null;
-- expect
CREATE INDEX ON totals_view (total);
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class WHERE relname = 'users_a') THEN
        -- expect
        CREATE INDEX users_a ON users (a);
    END IF;
END
$$;
