-- The columns of what types/relations finds, in their order.
SELECT
    a.attrelid::bigint AS relation,
    a.attnum::int AS number,
    a.attname::text AS name,
    a.atttypid::bigint AS type,
    a.atttypmod AS modifier,
    a.attndims::int AS dimensions,
    a.attnotnull AS not_null,
    a.atthasdef AND a.attgenerated = '' AS has_default,
    a.attidentity::text AS identity,
    a.attgenerated::text AS generated,
    d.description AS comment
FROM pg_catalog.pg_attribute AS a
INNER JOIN pg_catalog.pg_class AS c ON a.attrelid = c.oid
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON c.oid = d.objoid AND c.tableoid = d.classoid AND a.attnum = d.objsubid
WHERE
    a.attnum > 0
    AND NOT a.attisdropped
    AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
    AND NOT c.relispartition
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum
