-- Drops the parts and files of runs that are no more from the log.
DELETE FROM {schema}._yoyo_log AS p
WHERE
    p.operation IN ('seed', 'seed-part') AND p.migration_hash IS NOT NULL
    AND NOT EXISTS (SELECT FROM {schema}._yoyo_log AS r WHERE p.migration_hash = r.id)
