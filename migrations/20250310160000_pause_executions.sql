-- depends: 20250203140530_workflows_and_executions

-- An execution can be paused, and go on later.

ALTER TYPE execution_status ADD VALUE 'paused' AFTER 'running';
