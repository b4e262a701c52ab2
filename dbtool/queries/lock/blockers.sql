-- Who blocks a backend, the longest-running transaction first. Read-only.
SELECT
    a.pid,
    coalesce(a.usename, '') AS role,
    coalesce(a.application_name, '') AS application,
    coalesce(host(a.client_addr), 'local socket') AS address,
    coalesce(a.state, '') AS state,
    coalesce(extract(EPOCH FROM clock_timestamp() - a.xact_start), 0)::float8 AS seconds,
    coalesce(left(regexp_replace(a.query, '\s+', ' ', 'g'), 120), '') AS query
FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid = any(pg_blocking_pids(%(pid)s))
ORDER BY a.xact_start
