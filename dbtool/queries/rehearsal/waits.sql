-- Whether a session waits for a lock, or for the end of another transaction: manual, "pg_stat_activity".
SELECT coalesce(bool_or(a.wait_event_type = 'Lock'), false) AS waits
FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid = %(pid)s
