-- transactional: false

DROP INDEX CONCURRENTLY executions_active_idx;
