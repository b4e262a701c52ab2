-- The tables that may have trigger families: not what an extension brought, no partitions, nothing of the ledger's.
SELECT
    n.nspname::text AS schema,
    c.relname::text AS name,
    obj_description(c.oid, 'pg_class') AS comment,
    coalesce(a.columns, ARRAY[]::text[]) AS columns
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN (
    SELECT
        attrelid,
        array_agg(attname::text) AS columns
    FROM pg_catalog.pg_attribute
    WHERE attnum > 0 AND NOT attisdropped
    GROUP BY attrelid
) AS a ON c.oid = a.attrelid
WHERE
    c.relkind IN ('r', 'p')
    AND NOT c.relispartition
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND c.relname NOT IN ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = c.tableoid AND e.objid = c.oid AND e.deptype = 'e'
    )
ORDER BY n.nspname, c.relname
