-- The conversions between encodings.
SELECT
    'conversion' AS kind,
    n.nspname::text AS schema,
    '' AS parent,
    c.conname::text AS name,
    pg_get_userbyid(c.conowner)::text AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'from', pg_encoding_to_char(c.conforencoding),
        'to', pg_encoding_to_char(c.contoencoding),
        'function', c.conproc::regprocedure::text,
        'default', nullif(c.condefault, false)
    )) AS "is",
    ARRAY[c.tableoid, c.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_conversion AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.connamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON c.oid = d.objoid AND d.classoid = 'pg_catalog.pg_conversion'::regclass AND d.objsubid = 0
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_conversion'::regclass AND e.objid = c.oid AND e.deptype = 'e'
    )
