-- Who holds the migration lock. Read-only.
SELECT
    a.pid,
    coalesce(a.usename, '') AS role,
    coalesce(a.application_name, '') AS application,
    coalesce(host(a.client_addr), 'local socket') AS address,
    coalesce(extract(EPOCH FROM clock_timestamp() - a.xact_start), 0)::float8 AS seconds
FROM pg_catalog.pg_locks AS l
INNER JOIN pg_catalog.pg_stat_activity AS a ON l.pid = a.pid
WHERE
    l.locktype = 'advisory' AND l.granted AND l.mode = 'ExclusiveLock'
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
    AND l.classid = %(namespace)s AND l.objid = 1 AND l.objsubid = 2
