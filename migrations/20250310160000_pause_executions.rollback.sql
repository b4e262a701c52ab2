-- PostgreSQL cannot take a label from an enum, so the type is made anew. What is paused becomes pending: that an
-- execution was paused is lost. The table is rewritten under an ACCESS EXCLUSIVE lock.

ALTER TYPE execution_status RENAME TO execution_status_with_paused;
CREATE TYPE execution_status AS ENUM ('pending', 'running', 'completed', 'failed', 'cancelled');
COMMENT ON TYPE execution_status IS 'The life of an execution; the last three are final.';

-- dbtool: allow rewrite-table because no other way takes a label out of an enum, and a rollback waits for a window
ALTER TABLE executions
    ALTER COLUMN status DROP DEFAULT,
    ALTER COLUMN status TYPE execution_status
    USING (CASE status::text WHEN 'paused' THEN 'pending' ELSE status::text END)::execution_status,
    ALTER COLUMN status SET DEFAULT 'pending';

DROP TYPE execution_status_with_paused;
