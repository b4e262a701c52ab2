-- Who holds a lock on one of these tables, the longest-running transaction first. Read-only.
SELECT DISTINCT
    a.pid,
    coalesce(a.usename, '')::text AS role,
    coalesce(a.application_name, '') AS application,
    coalesce(host(a.client_addr), 'local socket') AS address,
    coalesce(a.state, '') AS state,
    coalesce(extract(EPOCH FROM clock_timestamp() - a.xact_start), 0)::float8 AS seconds,
    coalesce(left(regexp_replace(a.query, '\s+', ' ', 'g'), 120), '') AS query
FROM pg_catalog.pg_locks AS l
INNER JOIN pg_catalog.pg_database AS d ON l.database = d.oid
INNER JOIN pg_catalog.pg_stat_activity AS a ON l.pid = a.pid
WHERE
    d.datname = current_database() AND l.granted AND l.pid <> pg_backend_pid()
    AND l.locktype IN ('relation', 'object') AND coalesce(l.relation, l.objid) = any(%(oids)s::oid[])
ORDER BY seconds DESC
