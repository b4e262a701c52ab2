-- depends: 20250407094500_client_ids_and_limits

-- Holds for new rows at once. Those that are there are looked at by the next migration, which blocks nobody.

ALTER TABLE executions
    ADD CONSTRAINT executions_finished_check
    CHECK ((status IN ('completed', 'failed', 'cancelled')) = (finished_at IS NOT NULL)) NOT VALID;
