-- Ends a server process, if it is still the one that started then: process numbers are used again.
SELECT pg_terminate_backend(pid)
FROM pg_catalog.pg_stat_activity
WHERE pid = %(pid)s AND extract(EPOCH FROM backend_start)::text = %(backend_start)s
