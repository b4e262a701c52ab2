ALTER TABLE executions DROP CONSTRAINT executions_finished_check;
