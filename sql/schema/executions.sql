-- What was run: the executions of a workflow, and the steps of each.

CREATE TYPE execution_status AS ENUM ('pending', 'running', 'paused', 'completed', 'failed', 'cancelled');
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
    CHECK (finished_at >= started_at),
    CONSTRAINT executions_finished_check
    CHECK ((status IN ('completed', 'failed', 'cancelled')) = (finished_at IS NOT NULL))
);

CREATE INDEX executions_tenant_id_created_at_idx ON executions (tenant_id, created_at DESC);
CREATE INDEX executions_workflow_id_status_user_id_started_at_idx
ON executions (workflow_id, status, user_id, started_at);
CREATE INDEX executions_user_id_idx ON executions (user_id);
CREATE INDEX executions_started_at_idx ON executions (started_at);
-- What the scheduler polls: small however long the history grows.
CREATE INDEX executions_active_idx ON executions (status, created_at) WHERE status IN ('pending', 'running');

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
