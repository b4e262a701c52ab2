-- The extensions; not plpgsql, which each database has from the start.
SELECT
    'extension' AS kind,
    '' AS schema,
    '' AS parent,
    x.extname::text AS name,
    pg_get_userbyid(x.extowner)::text AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_build_object('schema', n.nspname, 'version', x.extversion) AS "is"
FROM pg_catalog.pg_extension AS x
INNER JOIN pg_catalog.pg_namespace AS n ON x.extnamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON x.oid = d.objoid AND d.classoid = 'pg_catalog.pg_extension'::regclass AND d.objsubid = 0
WHERE
    x.extname <> 'plpgsql'
