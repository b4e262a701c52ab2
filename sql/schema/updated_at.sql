-- updated_at follows each UPDATE. A writer that sets it (a client that synchronises its own clock) keeps its value.

CREATE FUNCTION set_updated_at() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION set_updated_at() IS 'Sets updated_at to the time of the transaction.';

CREATE TRIGGER set_updated_at BEFORE UPDATE ON tenants
FOR EACH ROW WHEN (old.updated_at IS NOT DISTINCT FROM new.updated_at)
EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON users
FOR EACH ROW WHEN (old.updated_at IS NOT DISTINCT FROM new.updated_at)
EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON entity_types
FOR EACH ROW WHEN (old.updated_at IS NOT DISTINCT FROM new.updated_at)
EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON projects
FOR EACH ROW WHEN (old.updated_at IS NOT DISTINCT FROM new.updated_at)
EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON resources
FOR EACH ROW WHEN (old.updated_at IS NOT DISTINCT FROM new.updated_at)
EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON edges
FOR EACH ROW WHEN (old.updated_at IS NOT DISTINCT FROM new.updated_at)
EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON node_types
FOR EACH ROW WHEN (old.updated_at IS NOT DISTINCT FROM new.updated_at)
EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON workflows
FOR EACH ROW WHEN (old.updated_at IS NOT DISTINCT FROM new.updated_at)
EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON executions
FOR EACH ROW WHEN (old.updated_at IS NOT DISTINCT FROM new.updated_at)
EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON execution_steps
FOR EACH ROW WHEN (old.updated_at IS NOT DISTINCT FROM new.updated_at)
EXECUTE FUNCTION set_updated_at();
