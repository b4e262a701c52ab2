-- depends: 20250120101200_projects_resources_and_edges

-- What can be run, and what was run.

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
    UNIQUE (project_id, name)
);

CREATE INDEX workflows_tenant_id_idx ON workflows (tenant_id);
CREATE INDEX workflows_created_by_idx ON workflows (created_by);

COMMENT ON TABLE workflows IS 'A graph of nodes that can be executed. @category domain';
COMMENT ON COLUMN workflows.nodes IS 'Array of {"id", "type", "config"}; type is a key of node_types.';
COMMENT ON COLUMN workflows.edges IS 'Array of {"from", "to"}: ids of nodes.';
COMMENT ON COLUMN workflows.webhook_secret IS 'Signs what the webhook trigger is sent. @server-only';

ALTER TABLE workflows ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON workflows USING (tenant_id = current_tenant_id());

CREATE TYPE execution_status AS ENUM ('pending', 'running', 'completed', 'failed', 'cancelled');
CREATE TYPE step_status AS ENUM ('pending', 'running', 'completed', 'failed', 'skipped');

COMMENT ON TYPE execution_status IS 'The life of an execution; the last three are final.';
COMMENT ON TYPE step_status IS 'The life of a step; the last three are final.';

CREATE TABLE executions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    workflow_id uuid NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
    user_id uuid REFERENCES users (id) ON DELETE SET NULL,
    status execution_status NOT NULL DEFAULT 'pending',
    workflow_version integer NOT NULL CHECK (workflow_version > 0),
    input jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(input) = 'object'),
    output jsonb,
    error jsonb,
    started_at timestamptz,
    finished_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (finished_at >= started_at)
);

CREATE INDEX executions_tenant_id_created_at_idx ON executions (tenant_id, created_at DESC);
CREATE INDEX executions_workflow_id_status_user_id_started_at_idx
ON executions (workflow_id, status, user_id, started_at);
CREATE INDEX executions_user_id_idx ON executions (user_id);
CREATE INDEX executions_started_at_idx ON executions (started_at);

COMMENT ON TABLE executions IS 'One run of one version of a workflow. @category system';
COMMENT ON COLUMN executions.user_id IS 'Who started it; null when a schedule or a webhook did.';

CREATE TABLE execution_steps (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    execution_id uuid NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    node_id text NOT NULL,
    status step_status NOT NULL DEFAULT 'pending',
    attempt integer NOT NULL DEFAULT 1 CHECK (attempt > 0),
    input jsonb,
    output jsonb,
    error jsonb,
    started_at timestamptz,
    finished_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (execution_id, node_id, attempt),
    CHECK (finished_at >= started_at)
);

CREATE INDEX execution_steps_tenant_id_idx ON execution_steps (tenant_id);
CREATE INDEX execution_steps_execution_id_node_id_status_idx ON execution_steps (execution_id, node_id, status);

COMMENT ON TABLE execution_steps IS 'One attempt at one node of an execution. @category system';
COMMENT ON COLUMN execution_steps.node_id IS 'The id of a node in the workflow that is executed.';

ALTER TABLE executions ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON executions USING (tenant_id = current_tenant_id());

ALTER TABLE execution_steps ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON execution_steps USING (tenant_id = current_tenant_id());

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
