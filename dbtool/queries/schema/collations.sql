-- The collations. Their version is left out: it is the library's, and differs from machine to machine.
SELECT
    'collation' AS kind,
    n.nspname::text AS schema,
    '' AS parent,
    c.collname::text AS name,
    pg_get_userbyid(c.collowner)::text AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'provider', CASE c.collprovider
            WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE c.collprovider::text
        END,
        -- colllocale from 17 on, colliculocale in 15 and 16, before that the first of two that are the same
        'locale', CASE
            WHEN c.collprovider <> 'c'
                THEN coalesce(j.columns ->> 'colllocale', j.columns ->> 'colliculocale', j.columns ->> 'collcollate')
        END,
        'lc_collate', CASE WHEN c.collprovider = 'c' THEN j.columns ->> 'collcollate' END,
        'lc_ctype', CASE WHEN c.collprovider = 'c' THEN j.columns ->> 'collctype' END,
        'rules', j.columns ->> 'collicurules',
        'nondeterministic', nullif(NOT c.collisdeterministic, false)
    )) AS "is",
    ARRAY[c.tableoid, c.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_collation AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.collnamespace = n.oid
CROSS JOIN LATERAL (SELECT to_jsonb(c) AS columns) AS j
LEFT JOIN pg_catalog.pg_description AS d
    ON c.oid = d.objoid AND d.classoid = 'pg_catalog.pg_collation'::regclass AND d.objsubid = 0
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_collation'::regclass AND e.objid = c.oid AND e.deptype = 'e'
    )
