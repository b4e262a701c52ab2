-- Whether the server process that was at work on a statement still is.
SELECT
    a.pid,
    a.state
FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid = %(pid)s AND extract(EPOCH FROM a.backend_start)::text = %(backend_start)s
