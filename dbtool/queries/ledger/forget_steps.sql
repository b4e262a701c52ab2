-- Drops the states of a migration's statements.
DELETE FROM {schema}._yoyo_log
WHERE migration_hash = $1 AND operation = 'step'
