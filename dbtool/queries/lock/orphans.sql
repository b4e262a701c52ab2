-- The sessions of earlier runs that still hold key 2, though the migration lock is ours. Read-only.
SELECT
    a.pid,
    coalesce(a.usename, '') AS role
FROM pg_catalog.pg_locks AS l
INNER JOIN pg_catalog.pg_stat_activity AS a ON l.pid = a.pid
WHERE
    l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid()
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
    AND l.classid = %(namespace)s AND l.objid = 2 AND l.objsubid = 2
