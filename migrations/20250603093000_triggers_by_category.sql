-- depends: 20250506082000_index_active_executions

SET LOCAL check_function_bodies = off;

DROP TRIGGER set_updated_at ON public.edges;

DROP TRIGGER set_updated_at ON public.entity_types;

DROP TRIGGER set_updated_at ON public.execution_steps;

DROP TRIGGER set_updated_at ON public.executions;

DROP TRIGGER set_updated_at ON public.node_types;

DROP TRIGGER set_updated_at ON public.projects;

DROP TRIGGER set_updated_at ON public.resources;

DROP TRIGGER set_updated_at ON public.tenants;

DROP TRIGGER set_updated_at ON public.users;

DROP TRIGGER set_updated_at ON public.workflows;

DROP FUNCTION public.set_updated_at();

CREATE OR REPLACE FUNCTION public.current_tenant_id()
    RETURNS uuid
    LANGUAGE sql
    STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.tenant_id', TRUE), '')::uuid;

COMMENT ON FUNCTION public.current_tenant_id() IS 'The tenant in the setting app.tenant_id; NULL where there is none.';

ALTER POLICY tenant_isolation ON public.edges
    WITH CHECK (tenant_id = public.current_tenant_id());

ALTER POLICY tenant_isolation ON public.entity_types
    WITH CHECK (tenant_id = public.current_tenant_id());

ALTER POLICY tenant_isolation ON public.execution_steps
    WITH CHECK (tenant_id = public.current_tenant_id());

ALTER POLICY tenant_isolation ON public.executions
    WITH CHECK (tenant_id = public.current_tenant_id());

ALTER POLICY tenant_isolation ON public.projects
    WITH CHECK (tenant_id = public.current_tenant_id());

ALTER POLICY tenant_isolation ON public.resources
    WITH CHECK (tenant_id = public.current_tenant_id());

ALTER POLICY tenant_isolation ON public.users
    WITH CHECK (tenant_id = public.current_tenant_id());

ALTER POLICY tenant_isolation ON public.workflows
    WITH CHECK (tenant_id = public.current_tenant_id());

CREATE FUNCTION public.exchange_client_id()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.client_id IS NULL THEN
        NEW.client_id := OLD.client_id;
    ELSE
        NEW.client_id := NULL;
    END IF;
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION public.exchange_client_id() IS
    'Exchanges NULL and what client_id was, for the triggers client_id_*.';

CREATE FUNCTION public.mark_updated_at()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.updated_at IS NULL THEN
        NEW.updated_at := OLD.updated_at;
    ELSE
        NEW.updated_at := NULL;
    END IF;
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION public.mark_updated_at() IS
    'Marks that an UPDATE sets updated_at to what it was, for touch_updated_at().';

CREATE FUNCTION public.touch_updated_at()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.updated_at IS NULL AND OLD.updated_at IS NOT NULL THEN
        NEW.updated_at := OLD.updated_at;
    ELSE
        NEW.updated_at := greatest(
            pg_catalog.now(), OLD.updated_at OPERATOR(pg_catalog.+) pg_catalog.interval '1 microsecond'
        );
    END IF;
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION public.touch_updated_at() IS
    'Sets updated_at to the time of the transaction, where no UPDATE set it.';

CREATE TRIGGER client_id_1_mark BEFORE UPDATE OF client_id ON public.edges
    FOR EACH ROW
    WHEN (((old.client_id IS NOT NULL) AND ((new.client_id IS NULL) OR (new.client_id = old.client_id))))
    EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER client_id_2_clear BEFORE UPDATE ON public.edges
    FOR EACH ROW
    WHEN (((old.client_id IS NOT NULL) AND ((new.client_id IS NULL) OR (new.client_id = old.client_id))))
    EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER updated_at_1_mark BEFORE UPDATE OF updated_at ON public.edges
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.mark_updated_at();

CREATE TRIGGER updated_at_2_touch BEFORE UPDATE ON public.edges
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.touch_updated_at();

CREATE TRIGGER client_id_1_mark BEFORE UPDATE OF client_id ON public.entity_types
    FOR EACH ROW
    WHEN (((old.client_id IS NOT NULL) AND ((new.client_id IS NULL) OR (new.client_id = old.client_id))))
    EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER client_id_2_clear BEFORE UPDATE ON public.entity_types
    FOR EACH ROW
    WHEN (((old.client_id IS NOT NULL) AND ((new.client_id IS NULL) OR (new.client_id = old.client_id))))
    EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER updated_at_1_mark BEFORE UPDATE OF updated_at ON public.entity_types
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.mark_updated_at();

CREATE TRIGGER updated_at_2_touch BEFORE UPDATE ON public.entity_types
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.touch_updated_at();

CREATE TRIGGER updated_at_1_mark BEFORE UPDATE OF updated_at ON public.execution_steps
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.mark_updated_at();

CREATE TRIGGER updated_at_2_touch BEFORE UPDATE ON public.execution_steps
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.touch_updated_at();

CREATE TRIGGER updated_at_1_mark BEFORE UPDATE OF updated_at ON public.executions
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.mark_updated_at();

CREATE TRIGGER updated_at_2_touch BEFORE UPDATE ON public.executions
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.touch_updated_at();

CREATE TRIGGER updated_at_1_mark BEFORE UPDATE OF updated_at ON public.node_types
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.mark_updated_at();

CREATE TRIGGER updated_at_2_touch BEFORE UPDATE ON public.node_types
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.touch_updated_at();

CREATE TRIGGER client_id_1_mark BEFORE UPDATE OF client_id ON public.projects
    FOR EACH ROW
    WHEN (((old.client_id IS NOT NULL) AND ((new.client_id IS NULL) OR (new.client_id = old.client_id))))
    EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER client_id_2_clear BEFORE UPDATE ON public.projects
    FOR EACH ROW
    WHEN (((old.client_id IS NOT NULL) AND ((new.client_id IS NULL) OR (new.client_id = old.client_id))))
    EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER updated_at_1_mark BEFORE UPDATE OF updated_at ON public.projects
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.mark_updated_at();

CREATE TRIGGER updated_at_2_touch BEFORE UPDATE ON public.projects
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.touch_updated_at();

CREATE TRIGGER client_id_1_mark BEFORE UPDATE OF client_id ON public.resources
    FOR EACH ROW
    WHEN (((old.client_id IS NOT NULL) AND ((new.client_id IS NULL) OR (new.client_id = old.client_id))))
    EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER client_id_2_clear BEFORE UPDATE ON public.resources
    FOR EACH ROW
    WHEN (((old.client_id IS NOT NULL) AND ((new.client_id IS NULL) OR (new.client_id = old.client_id))))
    EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER updated_at_1_mark BEFORE UPDATE OF updated_at ON public.resources
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.mark_updated_at();

CREATE TRIGGER updated_at_2_touch BEFORE UPDATE ON public.resources
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.touch_updated_at();

CREATE TRIGGER updated_at_1_mark BEFORE UPDATE OF updated_at ON public.tenants
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.mark_updated_at();

CREATE TRIGGER updated_at_2_touch BEFORE UPDATE ON public.tenants
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.touch_updated_at();

CREATE TRIGGER client_id_1_mark BEFORE UPDATE OF client_id ON public.users
    FOR EACH ROW
    WHEN (((old.client_id IS NOT NULL) AND ((new.client_id IS NULL) OR (new.client_id = old.client_id))))
    EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER client_id_2_clear BEFORE UPDATE ON public.users
    FOR EACH ROW
    WHEN (((old.client_id IS NOT NULL) AND ((new.client_id IS NULL) OR (new.client_id = old.client_id))))
    EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER updated_at_1_mark BEFORE UPDATE OF updated_at ON public.users
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.mark_updated_at();

CREATE TRIGGER updated_at_2_touch BEFORE UPDATE ON public.users
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.touch_updated_at();

CREATE TRIGGER client_id_1_mark BEFORE UPDATE OF client_id ON public.workflows
    FOR EACH ROW
    WHEN (((old.client_id IS NOT NULL) AND ((new.client_id IS NULL) OR (new.client_id = old.client_id))))
    EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER client_id_2_clear BEFORE UPDATE ON public.workflows
    FOR EACH ROW
    WHEN (((old.client_id IS NOT NULL) AND ((new.client_id IS NULL) OR (new.client_id = old.client_id))))
    EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER updated_at_1_mark BEFORE UPDATE OF updated_at ON public.workflows
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.mark_updated_at();

CREATE TRIGGER updated_at_2_touch BEFORE UPDATE ON public.workflows
    FOR EACH ROW
    WHEN (((new.updated_at IS NULL) OR (new.updated_at = old.updated_at)))
    EXECUTE FUNCTION public.touch_updated_at();
