-- Who uses the engine: tenants, and the users of each. Nearly every other table has a tenant_id.

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
    updated_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz,
    client_id uuid
);

-- One account for an address in a tenant, however it is capitalised; it is the index of the foreign key, too.
CREATE UNIQUE INDEX users_tenant_id_email_key ON users (tenant_id, lower(email));

COMMENT ON TABLE users IS 'A person in one tenant. @category domain';
COMMENT ON COLUMN users.password_hash IS 'Null for those who sign in elsewhere. @server-only';
COMMENT ON COLUMN users.client_id IS 'The client that wrote this version of the row; null for the server.';

-- Row-level security is not forced: the owner of the tables, who migrates and seeds, sees every tenant. The
-- application connects as another role and sets app.tenant_id.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON tenants USING (id = current_tenant_id());
