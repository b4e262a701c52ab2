-- depends: 20250422130500_validate_finished_executions
-- transactional: false

-- What the scheduler polls: small however long the history grows.

CREATE INDEX CONCURRENTLY executions_active_idx
ON executions (status, created_at) WHERE status IN ('pending', 'running');
