-- The last write wins: an UPDATE that says its updated_at changes nothing where the row is newer, so that writes may
-- arrive in any order and more than once. A tie is broken by client_id, then by the row as a whole. Stale writes are
-- counted in public.stale_writes.
--
-- Every domain table has it once the next line begins with "-- dbtool:"; one table, by "-- dbtool: table public.x".
-- off dbtool: category domain
-- dbtool: column updated_at
-- dbtool: column client_id
-- dbtool: set server

-- An UPDATE that does not name updated_at is not judged: it is the server's, and becomes the newest (the family
-- updated-at sees to that). Writers send whole rows, as INSERT ... ON CONFLICT DO UPDATE SET each column; of two that
-- set different columns only, the older one would be lost. A row that is gone is written anew by whatever write comes
-- late: rows that others may still write are marked as deleted, in a column, and not deleted.
CREATE TABLE public.stale_writes (
    id bigint GENERATED ALWAYS AS IDENTITY,
    found_at timestamptz NOT NULL DEFAULT now(),
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    table_schema text NOT NULL,
    table_name text NOT NULL,
    row_key jsonb,
    written_at timestamptz,
    written_by text,
    kept_at timestamptz,
    kept_by text,
    session_role text NOT NULL DEFAULT session_user,
    application_name text NOT NULL DEFAULT current_setting('application_name'),
    CONSTRAINT stale_writes_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE public.stale_writes
IS 'Writes that changed nothing, since the row was newer. @category utility @server-only';
COMMENT ON COLUMN public.stale_writes.row_key IS 'The row''s primary key; NULL where its table has none.';
COMMENT ON COLUMN public.stale_writes.written_at IS 'The updated_at that the write said; written_by is its client_id.';
COMMENT ON COLUMN public.stale_writes.kept_at
IS 'The updated_at of the row, which is as it was; kept_by is its client_id.';

-- One text of a row, whoever asks: the order of two writes must not hang on a session's time zone. Generated columns
-- are left out, they have no value before the write.
CREATE FUNCTION public.row_as_text(written record, relation oid) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'postgres'
SET extra_float_digits = 1
SET bytea_output = 'hex'
SET lc_monetary = 'C'
AS $$
DECLARE
    as_text text := (
        SELECT format('SELECT ROW(%s)::text', string_agg(format('($1).%I', attname), ', ' ORDER BY attnum))
        FROM pg_attribute
        WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    );
BEGIN
    EXECUTE as_text INTO as_text USING written;
    RETURN as_text;
END
$$;

COMMENT ON FUNCTION public.row_as_text(record, oid) IS 'A row as text, the same for each session: it breaks ties.';

-- It is called for a tie or a stale write alone. A row of its own for each stale write, rather than a counter: nobody
-- waits for anybody.
CREATE FUNCTION public.last_write_wins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    new_text text;
    old_text text;
BEGIN
    IF NEW *= OLD THEN
        RETURN NULL;  -- the same write once more
    END IF;
    IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
        new_text := public.row_as_text(NEW, TG_RELID);
        old_text := public.row_as_text(OLD, TG_RELID);
        IF new_text = old_text THEN
            RETURN NULL;
        END IF;
        IF (coalesce(NEW.client_id::text, '') COLLATE "C", new_text COLLATE "C")
            > (coalesce(OLD.client_id::text, '') COLLATE "C", old_text COLLATE "C")
        THEN
            RETURN NEW;
        END IF;
    END IF;
    INSERT INTO public.stale_writes (
        table_schema, table_name, row_key, written_at, written_by, kept_at, kept_by
    )
    SELECT
        TG_TABLE_SCHEMA, TG_TABLE_NAME, jsonb_object_agg(a.attname, to_jsonb(OLD) -> a.attname)
        FILTER (WHERE a.attname IS NOT NULL), NEW.updated_at, NEW.client_id::text, OLD.updated_at, OLD.client_id::text
    FROM pg_index AS i
    INNER JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
    WHERE i.indrelid = TG_RELID AND i.indisprimary;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION public.last_write_wins()
IS 'Skips an UPDATE that is older than the row, and counts it in stale_writes.';

-- The name puts it behind all that may change the row first.
CREATE TRIGGER zz_last_write_wins BEFORE UPDATE OF updated_at ON this_table
FOR EACH ROW WHEN (new.updated_at IS NULL OR new.updated_at <= old.updated_at)
EXECUTE FUNCTION public.last_write_wins();
