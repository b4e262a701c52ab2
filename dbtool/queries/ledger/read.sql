-- What is applied, with who, when and what dbtool noted; what is half-done; which version wrote the ledger.
SELECT
    m.migration_id,
    m.applied_at_utc,
    l.username,
    l.hostname,
    l.comment,
    l.operation
FROM {schema}._yoyo_migration AS m
LEFT JOIN (
    SELECT DISTINCT ON (migration_hash COLLATE "C")
        migration_hash,
        username,
        hostname,
        comment,
        operation
    FROM {schema}._yoyo_log
    WHERE operation IN ('apply', 'mark')
    ORDER BY migration_hash COLLATE "C" ASC, created_at_utc DESC
) AS l ON m.migration_hash = l.migration_hash
ORDER BY m.applied_at_utc, m.migration_id COLLATE "C";

SELECT
    migration_id,
    comment,
    created_at_utc
FROM {schema}._yoyo_log
WHERE operation = 'step'
ORDER BY migration_id, created_at_utc;

SELECT
    max(version) AS version,
    pg_backend_pid() AS pid,
    current_setting('server_version_num')::int AS server_version
FROM {schema}._yoyo_version
