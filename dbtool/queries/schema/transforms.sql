-- The transforms of types for procedural languages.
SELECT
    'transform' AS kind,
    '' AS schema,
    '' AS parent,
    'for ' || format_type(t.trftype, NULL) || ' language ' || quote_ident(l.lanname) AS name,
    NULL AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'type', format_type(t.trftype, NULL),
        'language', quote_ident(l.lanname),
        'from sql', nullif(t.trffromsql::regprocedure::text, '-'),
        'to sql', nullif(t.trftosql::regprocedure::text, '-')
    )) AS "is",
    ARRAY[t.tableoid, t.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_transform AS t
INNER JOIN pg_catalog.pg_language AS l ON t.trflang = l.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON t.oid = d.objoid AND d.classoid = 'pg_catalog.pg_transform'::regclass AND d.objsubid = 0
WHERE
    NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_transform'::regclass AND e.objid = t.oid AND e.deptype = 'e'
    )
