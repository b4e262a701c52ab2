-- Who is connected to a database, this session aside: the process, and the name that it gave itself.
SELECT
    pid,
    coalesce(application_name, '') AS application
FROM pg_catalog.pg_stat_activity
WHERE datname = %(database)s AND pid <> pg_catalog.pg_backend_pid()
ORDER BY backend_start, pid
