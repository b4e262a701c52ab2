-- Drops the earlier runs of a large seed set from the log. A part that is under way holds its run's row: it is waited for.
DELETE FROM {schema}._yoyo_log
WHERE operation = 'seed' AND migration_hash IS NULL AND migration_id = %(set)s
