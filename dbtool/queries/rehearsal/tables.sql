-- What the target has: rows, bytes and traffic of each table that is named. Counts since the statistics were reset.
SELECT
    n.nspname::text AS schema,
    c.relname::text AS name,
    c.relkind::text AS kind,
    greatest(c.reltuples, 0)::bigint AS rows,
    coalesce(pg_catalog.pg_table_size(c.oid), 0)::bigint AS table_bytes,
    coalesce(pg_catalog.pg_indexes_size(c.oid), 0)::bigint AS index_bytes,
    (coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0))::bigint AS reads,
    (coalesce(s.n_tup_ins, 0) + coalesce(s.n_tup_upd, 0) + coalesce(s.n_tup_del, 0))::bigint AS writes,
    (
        SELECT count(DISTINCT l.pid)
        FROM pg_catalog.pg_locks AS l
        WHERE
            l.relation = c.oid AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()
            AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
    )::bigint AS sessions,
    extract(EPOCH FROM clock_timestamp())::float8 AS at
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_stat_all_tables AS s ON c.oid = s.relid
WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
