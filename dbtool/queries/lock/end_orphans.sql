-- Ends the sessions of earlier runs that still hold key 2, though the migration lock is ours; how many.
SELECT count(*) FILTER (WHERE pg_terminate_backend(l.pid))
FROM pg_catalog.pg_locks AS l
WHERE
    l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid()
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
    AND l.classid = %(namespace)s AND l.objid = 2 AND l.objsubid = 2
