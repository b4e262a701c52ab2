-- The indexes of this database that are INVALID, and who builds each now, if anybody does.
SELECT
    quote_ident(n.nspname) || '.' || quote_ident(i.relname) AS name,
    x.indrelid::regclass::text AS table,
    i.relname ~ '_cc(new|old)\d*$' AS leftover,
    i.relkind = 'I' AS partitioned,
    p.pid AS building
FROM pg_catalog.pg_index AS x
INNER JOIN pg_catalog.pg_class AS i ON x.indexrelid = i.oid
INNER JOIN pg_catalog.pg_namespace AS n ON i.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_stat_progress_create_index AS p ON x.indexrelid = p.index_relid
WHERE NOT x.indisvalid
ORDER BY n.nspname, i.relname
