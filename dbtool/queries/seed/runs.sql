-- The last run of a large seed set, and what the log has of its parts and files.
SELECT
    r.id AS run,
    r.comment AS note,
    p.operation,
    p.migration_id AS file,
    p.comment AS part
FROM {schema}._yoyo_log AS r
LEFT JOIN {schema}._yoyo_log AS p ON r.id = p.migration_hash AND p.operation IN ('seed', 'seed-part')
WHERE r.operation = 'seed' AND r.migration_hash IS NULL AND r.migration_id = %(set)s
