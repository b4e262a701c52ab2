-- The transaction that has run longest of those that have written: a new slot waits for its end.
SELECT
    a.pid,
    coalesce(a.usename::text, '') AS role,
    coalesce(a.application_name, '') AS application,
    coalesce(extract(EPOCH FROM pg_catalog.clock_timestamp() - a.xact_start), 0)::double precision AS seconds,
    coalesce(left(regexp_replace(a.query, '\s+', ' ', 'g'), 100), '') AS query
FROM pg_catalog.pg_stat_activity AS a
WHERE a.backend_xid IS NOT NULL AND a.pid <> pg_catalog.pg_backend_pid()
ORDER BY a.xact_start
LIMIT 1
