-- What would hold a strong lock up, or be held up by it: the oldest transaction, and who copies the WAL of the target.
SELECT
    coalesce(max(extract(EPOCH FROM clock_timestamp() - a.xact_start)), 0)::float8 AS oldest_seconds,
    count(*) FILTER (WHERE a.xact_start IS NOT NULL)::bigint AS transactions,
    (
        SELECT b.pid FROM pg_catalog.pg_stat_activity AS b
        WHERE b.xact_start IS NOT NULL AND b.pid <> pg_catalog.pg_backend_pid() AND b.backend_type = 'client backend'
            AND b.datname = current_database()
        ORDER BY b.xact_start LIMIT 1
    ) AS oldest_pid,
    (SELECT count(*) FROM pg_catalog.pg_stat_replication)::bigint AS standbys,
    (SELECT count(*) FROM pg_catalog.pg_replication_slots)::bigint AS slots
FROM pg_catalog.pg_stat_activity AS a
WHERE
    a.pid <> pg_catalog.pg_backend_pid()
    AND a.backend_type = 'client backend'
    AND a.datname = current_database()
