-- Every type, with what it is made of; "element" is 0 for what is no array.
SELECT
    t.oid::bigint AS oid,
    n.nspname::text AS schema,
    t.typname::text AS name,
    t.typtype::text AS kind,
    coalesce(e.oid, 0)::bigint AS element,
    t.typbasetype::bigint AS base,
    t.typtypmod AS modifier,
    t.typndims AS dimensions,
    t.typnotnull AS not_null,
    t.typdefault IS NOT NULL OR t.typdefaultbin IS NOT NULL AS has_default,
    EXISTS (
        SELECT FROM pg_catalog.pg_depend AS x
        WHERE x.classid = t.tableoid AND x.objid = t.oid AND x.deptype = 'e'
    ) AS of_extension,
    coalesce(l.labels, ARRAY[]::text[]) AS labels,
    d.description AS comment
FROM pg_catalog.pg_type AS t
INNER JOIN pg_catalog.pg_namespace AS n ON t.typnamespace = n.oid
LEFT JOIN pg_catalog.pg_type AS e ON t.oid = e.typarray
LEFT JOIN (
    SELECT
        v.enumtypid,
        array_agg(v.enumlabel::text ORDER BY v.enumsortorder) AS labels
    FROM pg_catalog.pg_enum AS v
    GROUP BY v.enumtypid
) AS l ON t.oid = l.enumtypid
LEFT JOIN pg_catalog.pg_description AS d ON t.oid = d.objoid AND t.tableoid = d.classoid AND d.objsubid = 0
