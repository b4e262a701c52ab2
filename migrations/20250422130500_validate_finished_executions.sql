-- depends: 20250422130000_finished_executions_have_a_time

ALTER TABLE executions VALIDATE CONSTRAINT executions_finished_check;
