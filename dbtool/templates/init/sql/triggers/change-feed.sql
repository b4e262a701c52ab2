-- Tells listeners of the channel change_feed which rows changed, at COMMIT: LISTEN change_feed. The payload is JSON:
-- the table, the operation, the row's key, and the row itself where all of it fits under NOTIFY's limit of 8,000
-- bytes.
--
-- Every domain table has it once the next line begins with "-- dbtool:"; one table, by "-- dbtool: table public.x".
-- off dbtool: category domain
-- dbtool: set server

--   {"schema": "public", "table": "users", "operation": "update", "key": {"id": 7}, "row": {"id": 7, "name": "Ann"}}
--   {"schema": "public", "table": "users", "operation": "update", "key": {"id": 7}}    too large: read it by its key
--   {"schema": "public", "table": "users", "operation": "update"}                      many rows: read the table
--
-- Order: transactions in the order of their commits, and within one the order of its statements. Equal payloads of one
-- transaction come once. Nothing is kept for who does not listen: a listener that (re)connects says LISTEN first, then
-- reads what it needs of the tables, then handles notifications; what it reads twice does no harm.
-- Whoever may connect to the database may LISTEN, and sees rows whatever the policies of their tables are: name columns
-- that are secret in notify_changes(), or send keys alone there.
--
-- One trigger for each statement, since one for each row makes 200,000 notifications of a large UPDATE, and those of a
-- transaction are kept in memory and then in the queue that every listener has to read. After 1,000 rows in one
-- transaction only the table is told. Replication that applies changes fires no triggers of statements.
CREATE FUNCTION public.change_feed_payload(
    table_schema text, table_name text, operation text, row_key jsonb, changed_row jsonb
) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    pointer constant jsonb := jsonb_build_object('schema', table_schema, 'table', table_name, 'operation', operation);
    payload text := (
        pointer || jsonb_strip_nulls(jsonb_build_object('key', row_key)) || jsonb_build_object('row', changed_row)
    )::text;
BEGIN
    IF octet_length(payload) < 8000 THEN
        RETURN payload;
    END IF;
    payload := (pointer || jsonb_strip_nulls(jsonb_build_object('key', row_key)))::text;
    IF octet_length(payload) < 8000 THEN
        RETURN payload;
    END IF;
    RETURN pointer::text;
END
$$;

COMMENT ON FUNCTION public.change_feed_payload(text, text, text, jsonb, jsonb)
IS 'What the channel change_feed is told of a row.';

CREATE FUNCTION public.notify_changes() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    most constant integer := 1000;  -- rows that are told one by one in a transaction
    hidden constant text[] := '{}';  -- columns of any table that must not be told: '{password_hash}'
    told integer := coalesce(nullif(current_setting('dbtool.change_feed_rows', TRUE), ''), '0');
    changed integer := 0;
    operation constant text := lower(TG_OP);
    key_columns text[];
    changed_row jsonb;
BEGIN
    IF TG_OP <> 'TRUNCATE' THEN
        changed := (SELECT count(*) FROM (SELECT FROM changed_rows LIMIT most + 1) AS few);
        IF changed = 0 THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_OP = 'TRUNCATE' OR told + changed > most THEN
        PERFORM pg_notify('change_feed', jsonb_build_object(
            'schema', TG_TABLE_SCHEMA, 'table', TG_TABLE_NAME, 'operation', operation
        )::text);
        RETURN NULL;
    END IF;
    PERFORM set_config('dbtool.change_feed_rows', (told + changed)::text, TRUE);
    key_columns := ARRAY(
        SELECT a.attname
        FROM pg_index AS i
        INNER JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
        WHERE i.indrelid = TG_RELID AND i.indisprimary
    );
    IF TG_OP = 'UPDATE' AND key_columns <> '{}' THEN
        -- a row whose key changed is gone from where it was
        FOR changed_row IN
            SELECT k.row_key FROM rows_before AS b, LATERAL (
                SELECT jsonb_object_agg(name, to_jsonb(b.*) -> name) AS row_key FROM unnest(key_columns) AS name
            ) AS k
            EXCEPT
            SELECT k.row_key FROM changed_rows AS c, LATERAL (
                SELECT jsonb_object_agg(name, to_jsonb(c.*) -> name) AS row_key FROM unnest(key_columns) AS name
            ) AS k
        LOOP
            PERFORM pg_notify('change_feed', public.change_feed_payload(
                TG_TABLE_SCHEMA, TG_TABLE_NAME, 'delete', changed_row, NULL
            ));
        END LOOP;
    END IF;
    FOR changed_row IN SELECT to_jsonb(c.*) FROM changed_rows AS c LOOP
        PERFORM pg_notify('change_feed', public.change_feed_payload(
            TG_TABLE_SCHEMA, TG_TABLE_NAME, operation,
            (SELECT jsonb_object_agg(name, changed_row -> name) FROM unnest(key_columns) AS name),
            changed_row - hidden
        ));
    END LOOP;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION public.notify_changes() IS 'Tells the channel change_feed of the rows that a statement changed.';

-- A trigger with a transition table serves one event.
CREATE TRIGGER change_feed_insert AFTER INSERT ON this_table
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION public.notify_changes();

CREATE TRIGGER change_feed_update AFTER UPDATE ON this_table
REFERENCING OLD TABLE AS rows_before NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION public.notify_changes();

CREATE TRIGGER change_feed_delete AFTER DELETE ON this_table
REFERENCING OLD TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION public.notify_changes();

CREATE TRIGGER change_feed_truncate AFTER TRUNCATE ON this_table
FOR EACH STATEMENT EXECUTE FUNCTION public.notify_changes();
