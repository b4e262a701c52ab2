-- depends: 20250310160000_pause_executions

-- The change feed: a row for each row that a statement changed in a domain table, and one NOTIFY for each statement
-- and tenant that says where in the feed to look. A listener that was away reads on from the last id it saw.

-- There is no foreign key to tenants: when a tenant goes, the feed is what tells that its rows went.
-- Ids are taken before COMMIT, so a reader that must miss nothing stops before the oldest transaction that is still
-- running: WHERE transaction_id < pg_snapshot_xmin(pg_current_snapshot()).
CREATE TABLE change_feed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL,
    table_name text NOT NULL,
    operation text NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
    row_id uuid NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX change_feed_tenant_id_id_idx ON change_feed (tenant_id, id);

COMMENT ON TABLE change_feed IS 'Which rows changed, in the order of writing. @category utility @server-only';

-- The application may read what its tenant changed; only record_changes() writes.
ALTER TABLE change_feed ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_reads ON change_feed FOR SELECT USING (tenant_id = current_tenant_id());

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
CREATE TRIGGER change_feed_insert AFTER INSERT ON users
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_update AFTER UPDATE ON users
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_delete AFTER DELETE ON users
REFERENCING OLD TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_insert AFTER INSERT ON entity_types
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_update AFTER UPDATE ON entity_types
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_delete AFTER DELETE ON entity_types
REFERENCING OLD TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_insert AFTER INSERT ON projects
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_update AFTER UPDATE ON projects
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_delete AFTER DELETE ON projects
REFERENCING OLD TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_insert AFTER INSERT ON resources
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_update AFTER UPDATE ON resources
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_delete AFTER DELETE ON resources
REFERENCING OLD TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_insert AFTER INSERT ON edges
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_update AFTER UPDATE ON edges
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_delete AFTER DELETE ON edges
REFERENCING OLD TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_insert AFTER INSERT ON workflows
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_update AFTER UPDATE ON workflows
REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();

CREATE TRIGGER change_feed_delete AFTER DELETE ON workflows
REFERENCING OLD TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION record_changes();
