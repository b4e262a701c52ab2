-- A session sees and writes the rows of one tenant alone: those whose tenant_id is the setting app.tenant_id. Where
-- that is not set, it sees none.
--
-- dbtool: category domain
-- dbtool: table public.executions
-- dbtool: table public.execution_steps
-- dbtool: column tenant_id
-- dbtool: set server

-- Set it for each transaction: SELECT set_config('app.tenant_id', $1, TRUE); a pooler hands a session's setting on.
-- Row-level security is not forced: the owner of the tables, who migrates and seeds, sees every tenant, and so do
-- superusers and roles with BYPASSRLS. The application connects as another role. TRUNCATE asks no policy: do not
-- grant it.
--
-- After SET LOCAL the setting is left as an empty string, hence the nullif.
-- https://www.postgresql.org/docs/current/runtime-config-custom.html
-- Where tenant_id is of another type, change it here. The body is parsed now, so no search_path can change its meaning,
-- and the planner can still take it apart: an index of tenant_id is used.
CREATE FUNCTION public.current_tenant_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.tenant_id', TRUE), '')::uuid;

COMMENT ON FUNCTION public.current_tenant_id() IS 'The tenant in the setting app.tenant_id; NULL where there is none.';

ALTER TABLE this_table ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant_isolation ON this_table
USING (tenant_id = public.current_tenant_id())
WITH CHECK (tenant_id = public.current_tenant_id());
