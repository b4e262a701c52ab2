-- The tables, views and composite types, without partitions, what extensions made, and the ledger.
SELECT
    c.oid::bigint AS oid,
    n.nspname::text AS schema,
    c.relname::text AS name,
    c.relkind::text AS kind,
    c.reltype::bigint AS row_type,
    d.description AS comment
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d ON c.oid = d.objoid AND c.tableoid = d.classoid AND d.objsubid = 0
WHERE
    c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
    AND NOT c.relispartition
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT (
        n.nspname = %(ledger)s::text
        AND c.relname IN ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
    )
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE
            e.deptype = 'e'
            -- that of a composite type is its type's
            AND (
                (e.classid = c.tableoid AND e.objid = c.oid)
                OR (c.relkind = 'c' AND e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = c.reltype)
            )
    )
