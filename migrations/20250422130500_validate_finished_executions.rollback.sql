-- A constraint cannot be made NOT VALID again: it is put back as it was.

ALTER TABLE executions DROP CONSTRAINT executions_finished_check;
ALTER TABLE executions
    ADD CONSTRAINT executions_finished_check
    CHECK ((status IN ('completed', 'failed', 'cancelled')) = (finished_at IS NOT NULL)) NOT VALID;
