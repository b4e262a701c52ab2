-- The indexes of a table, and whether each is valid; building: the process that builds it now, if one does.
SELECT
    i.relname AS name,
    n.nspname AS schema,
    x.indisvalid AS valid,
    p.pid AS building
FROM pg_catalog.pg_index AS x
INNER JOIN pg_catalog.pg_class AS i ON x.indexrelid = i.oid
INNER JOIN pg_catalog.pg_namespace AS n ON i.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_stat_progress_create_index AS p ON x.indexrelid = p.index_relid
WHERE x.indrelid = to_regclass(%(table)s)
