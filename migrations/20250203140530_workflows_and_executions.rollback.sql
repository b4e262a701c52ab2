DROP TABLE execution_steps;
DROP TABLE executions;
DROP TABLE workflows;
DROP TABLE node_types;
DROP TYPE step_status;
DROP TYPE execution_status;
