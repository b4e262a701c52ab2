-- The server process of this connection, and when it started: process numbers are used again.
SELECT
    pid,
    extract(EPOCH FROM backend_start)::text AS backend_start
FROM pg_catalog.pg_stat_activity
WHERE pid = pg_backend_pid()
