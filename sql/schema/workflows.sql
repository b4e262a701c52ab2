-- What can be run: the kinds of node there are, and the workflows that tenants build from them.

CREATE TABLE node_types (
    key text PRIMARY KEY CHECK (key ~ '^[a-z][a-z_]*$'),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    role text NOT NULL CHECK (role IN ('trigger', 'action', 'logic')),
    config_schema jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(config_schema) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE node_types IS 'The kinds of node, the same for all tenants: a reference seed. @category system';
COMMENT ON COLUMN node_types.config_schema IS 'JSON Schema of a node''s config.';

CREATE TABLE workflows (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'archived')),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    nodes jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(nodes) = 'array'),
    edges jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(edges) = 'array'),
    webhook_secret text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    max_duration interval NOT NULL DEFAULT '1 hour',
    client_id uuid,
    UNIQUE (project_id, name)
);

CREATE INDEX workflows_tenant_id_idx ON workflows (tenant_id);
CREATE INDEX workflows_created_by_idx ON workflows (created_by);

COMMENT ON TABLE workflows IS 'A graph of nodes that can be executed. @category domain';
COMMENT ON COLUMN workflows.nodes IS 'Array of {"id", "type", "config"}; type is a key of node_types.';
COMMENT ON COLUMN workflows.edges IS 'Array of {"from", "to"}: ids of nodes.';
COMMENT ON COLUMN workflows.webhook_secret IS 'Signs what the webhook trigger is sent. @server-only';
COMMENT ON COLUMN workflows.max_duration IS 'An execution that runs for longer is failed.';
COMMENT ON COLUMN workflows.client_id IS 'The client that wrote this version of the row; null for the server.';
