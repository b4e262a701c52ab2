-- The extensions; not plpgsql, which each database has from the start. Without owner: no statement changes it.
SELECT
    'extension' AS kind,
    '' AS schema,
    '' AS parent,
    x.extname::text AS name,
    NULL::text AS owner,
    NULL::text[] AS acl,
    -- the one that CREATE EXTENSION gives is none; where that was taken away, it is empty
    nullif(coalesce(d.description, ''), coalesce(v.comment, '')) AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'schema', n.nspname, 'version', x.extversion, 'relocatable', nullif(x.extrelocatable, false)
    )) AS "is",
    ARRAY[x.tableoid, x.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_extension AS x
INNER JOIN pg_catalog.pg_namespace AS n ON x.extnamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON x.oid = d.objoid AND d.classoid = 'pg_catalog.pg_extension'::regclass AND d.objsubid = 0
LEFT JOIN pg_catalog.pg_available_extensions() AS v ON x.extname = v.name
WHERE
    x.extname <> 'plpgsql'
