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
