-- Every relation of the project, with the table that an index or a TOAST table belongs to, its file and its scans.
-- The counts are those of this session's own transaction: pgstatfuncs.c, pg_stat_get_xact_numscans().
SELECT
    c.oid::bigint AS oid,
    n.nspname::text AS schema,
    c.relname::text AS name,
    c.relkind::text AS kind,
    coalesce(i.indrelid, t.oid)::bigint AS belongs_to,
    pg_catalog.pg_relation_filenode(c.oid)::bigint AS file,
    coalesce(pg_catalog.pg_stat_get_xact_numscans(c.oid), 0) AS scans,
    coalesce(pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid), 0)
    + coalesce(pg_catalog.pg_stat_get_xact_tuples_updated(c.oid), 0)
    + coalesce(pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid), 0) AS writes
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_index AS i ON c.oid = i.indexrelid
LEFT JOIN pg_catalog.pg_class AS t ON c.oid = t.reltoastrelid
WHERE c.oid >= 16384 AND n.nspname !~ '^pg_temp_'
