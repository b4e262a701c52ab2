-- Who else is connected to this server, each as a person would name them.
SELECT
    concat('process ', pid, ' (', concat_ws(', ', nullif(application_name, ''), 'database ' || datname), ')') AS client
FROM pg_catalog.pg_stat_activity
WHERE backend_type IN ('client backend', 'walsender') AND pid <> pg_backend_pid()
ORDER BY backend_start, pid
