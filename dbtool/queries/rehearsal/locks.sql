-- The locks on relations that a session has, or waits for: manual, "pg_locks". Asked by another session.
SELECT
    l.relation::bigint AS oid,
    l.mode::text AS mode
FROM pg_catalog.pg_locks AS l
WHERE
    l.locktype = 'relation'
    AND l.pid = %(pid)s
    AND l.database = %(database)s
    AND l.relation >= 16384
