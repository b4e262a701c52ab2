-- A row in change_feed for each row that a statement changed, and one NOTIFY for each statement and tenant that says
-- where in the feed to look. A listener that was away reads on from the last id it saw.
--
-- dbtool: category domain
-- dbtool: column tenant_id
-- dbtool: column id

-- The payload is a pointer into the feed, never a row: about 200 bytes, and NOTIFY takes at most 7,999.
-- https://www.postgresql.org/docs/current/sql-notify.html
-- A bulk load may do without: SET LOCAL app.change_feed = 'off'.
CREATE FUNCTION record_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    recorded record;
BEGIN
    IF current_setting('app.change_feed', true) = 'off' THEN
        RETURN NULL;
    END IF;
    FOR recorded IN
        WITH recorded_rows AS (
            INSERT INTO public.change_feed (tenant_id, table_name, operation, row_id)
            SELECT tenant_id, TG_TABLE_NAME, lower(TG_OP), id FROM changed_rows
            RETURNING tenant_id, id
        )
        SELECT tenant_id, min(id) AS first_id, max(id) AS last_id, count(*) AS rows
        FROM recorded_rows
        GROUP BY tenant_id
    LOOP
        PERFORM pg_notify('change_feed', json_build_object(
            'tenant', recorded.tenant_id,
            'table', TG_TABLE_NAME,
            'operation', lower(TG_OP),
            'first', recorded.first_id,
            'last', recorded.last_id,
            'rows', recorded.rows
        )::text);
    END LOOP;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION record_changes() IS 'Writes the rows that a statement changed to change_feed, and notifies.';

-- A trigger with a transition table serves one event, hence three for a table.
CREATE TRIGGER change_feed_insert AFTER INSERT ON this_table
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_update AFTER UPDATE ON this_table
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_delete AFTER DELETE ON this_table
REFERENCING OLD TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();
