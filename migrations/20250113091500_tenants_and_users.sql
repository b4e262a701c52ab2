-- Tenants, the users of each, and what every later table leans on: the tenant of the session, updated_at.

-- The tenant that the session speaks for, or null, which matches no row. After SET LOCAL the setting is left
-- as an empty string, hence the nullif. https://www.postgresql.org/docs/current/runtime-config-custom.html
CREATE FUNCTION current_tenant_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;

COMMENT ON FUNCTION current_tenant_id() IS 'The tenant in the setting app.tenant_id; null when there is none.';

CREATE TABLE tenants (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    plan text NOT NULL DEFAULT 'free' CHECK (plan IN ('free', 'team', 'enterprise')),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'closed')),
    settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE tenants IS 'A customer. Deleting one deletes all that it has. @category system';
COMMENT ON COLUMN tenants.slug IS 'The name in addresses: lower case, digits, single hyphens.';

CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    email text NOT NULL CHECK (email LIKE '_%@_%'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    role text NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('invited', 'active', 'disabled')),
    password_hash text,
    profile jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(profile) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- One account for an address in a tenant, however it is capitalised; it is the index of the foreign key, too.
CREATE UNIQUE INDEX users_tenant_id_email_key ON users (tenant_id, lower(email));

COMMENT ON TABLE users IS 'A person in one tenant. @category domain';
COMMENT ON COLUMN users.password_hash IS 'Null for those who sign in elsewhere. @server-only';

-- Row-level security is not forced: the owner of the tables, who migrates and seeds, sees every tenant. The
-- application connects as another role and sets app.tenant_id.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON tenants USING (id = current_tenant_id());

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON users USING (tenant_id = current_tenant_id());

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
