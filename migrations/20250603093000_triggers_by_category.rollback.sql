-- undoes 20250603093000_triggers_by_category.sql

SET LOCAL check_function_bodies = off;

DROP TRIGGER client_id_1_mark ON public.edges;

DROP TRIGGER client_id_2_clear ON public.edges;

DROP TRIGGER updated_at_1_mark ON public.edges;

DROP TRIGGER updated_at_2_touch ON public.edges;

DROP POLICY tenant_isolation ON public.edges;

DROP TRIGGER client_id_1_mark ON public.entity_types;

DROP TRIGGER client_id_2_clear ON public.entity_types;

DROP TRIGGER updated_at_1_mark ON public.entity_types;

DROP TRIGGER updated_at_2_touch ON public.entity_types;

DROP POLICY tenant_isolation ON public.entity_types;

DROP TRIGGER updated_at_1_mark ON public.execution_steps;

DROP TRIGGER updated_at_2_touch ON public.execution_steps;

DROP POLICY tenant_isolation ON public.execution_steps;

DROP TRIGGER updated_at_1_mark ON public.executions;

DROP TRIGGER updated_at_2_touch ON public.executions;

DROP POLICY tenant_isolation ON public.executions;

DROP TRIGGER updated_at_1_mark ON public.node_types;

DROP TRIGGER updated_at_2_touch ON public.node_types;

DROP TRIGGER client_id_1_mark ON public.projects;

DROP TRIGGER client_id_2_clear ON public.projects;

DROP TRIGGER updated_at_1_mark ON public.projects;

DROP TRIGGER updated_at_2_touch ON public.projects;

DROP POLICY tenant_isolation ON public.projects;

DROP TRIGGER client_id_1_mark ON public.resources;

DROP TRIGGER client_id_2_clear ON public.resources;

DROP TRIGGER updated_at_1_mark ON public.resources;

DROP TRIGGER updated_at_2_touch ON public.resources;

DROP POLICY tenant_isolation ON public.resources;

DROP TRIGGER updated_at_1_mark ON public.tenants;

DROP TRIGGER updated_at_2_touch ON public.tenants;

DROP TRIGGER client_id_1_mark ON public.users;

DROP TRIGGER client_id_2_clear ON public.users;

DROP TRIGGER updated_at_1_mark ON public.users;

DROP TRIGGER updated_at_2_touch ON public.users;

DROP POLICY tenant_isolation ON public.users;

DROP TRIGGER client_id_1_mark ON public.workflows;

DROP TRIGGER client_id_2_clear ON public.workflows;

DROP FUNCTION public.exchange_client_id();

DROP TRIGGER updated_at_1_mark ON public.workflows;

DROP FUNCTION public.mark_updated_at();

DROP TRIGGER updated_at_2_touch ON public.workflows;

DROP FUNCTION public.touch_updated_at();

DROP POLICY tenant_isolation ON public.workflows;

CREATE OR REPLACE FUNCTION public.current_tenant_id()
    RETURNS uuid
    LANGUAGE sql
    STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;

COMMENT ON FUNCTION public.current_tenant_id() IS 'The tenant in the setting app.tenant_id; null when there is none.';

CREATE FUNCTION public.set_updated_at()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION public.set_updated_at() IS 'Sets updated_at to the time of the transaction.';

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.edges
    FOR EACH ROW
    WHEN ((NOT (old.updated_at IS DISTINCT FROM new.updated_at)))
    EXECUTE FUNCTION public.set_updated_at();

CREATE POLICY tenant_isolation ON public.edges
    USING (tenant_id = public.current_tenant_id());

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.entity_types
    FOR EACH ROW
    WHEN ((NOT (old.updated_at IS DISTINCT FROM new.updated_at)))
    EXECUTE FUNCTION public.set_updated_at();

CREATE POLICY tenant_isolation ON public.entity_types
    USING (tenant_id = public.current_tenant_id());

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.execution_steps
    FOR EACH ROW
    WHEN ((NOT (old.updated_at IS DISTINCT FROM new.updated_at)))
    EXECUTE FUNCTION public.set_updated_at();

CREATE POLICY tenant_isolation ON public.execution_steps
    USING (tenant_id = public.current_tenant_id());

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.executions
    FOR EACH ROW
    WHEN ((NOT (old.updated_at IS DISTINCT FROM new.updated_at)))
    EXECUTE FUNCTION public.set_updated_at();

CREATE POLICY tenant_isolation ON public.executions
    USING (tenant_id = public.current_tenant_id());

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.node_types
    FOR EACH ROW
    WHEN ((NOT (old.updated_at IS DISTINCT FROM new.updated_at)))
    EXECUTE FUNCTION public.set_updated_at();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.projects
    FOR EACH ROW
    WHEN ((NOT (old.updated_at IS DISTINCT FROM new.updated_at)))
    EXECUTE FUNCTION public.set_updated_at();

CREATE POLICY tenant_isolation ON public.projects
    USING (tenant_id = public.current_tenant_id());

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.resources
    FOR EACH ROW
    WHEN ((NOT (old.updated_at IS DISTINCT FROM new.updated_at)))
    EXECUTE FUNCTION public.set_updated_at();

CREATE POLICY tenant_isolation ON public.resources
    USING (tenant_id = public.current_tenant_id());

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.tenants
    FOR EACH ROW
    WHEN ((NOT (old.updated_at IS DISTINCT FROM new.updated_at)))
    EXECUTE FUNCTION public.set_updated_at();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.users
    FOR EACH ROW
    WHEN ((NOT (old.updated_at IS DISTINCT FROM new.updated_at)))
    EXECUTE FUNCTION public.set_updated_at();

CREATE POLICY tenant_isolation ON public.users
    USING (tenant_id = public.current_tenant_id());

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.workflows
    FOR EACH ROW
    WHEN ((NOT (old.updated_at IS DISTINCT FROM new.updated_at)))
    EXECUTE FUNCTION public.set_updated_at();

CREATE POLICY tenant_isolation ON public.workflows
    USING (tenant_id = public.current_tenant_id());
