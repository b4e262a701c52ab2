-- The access methods that somebody made: what initdb makes has an oid below 16384 (FirstNormalObjectId).
SELECT
    'access method' AS kind,
    '' AS schema,
    '' AS parent,
    m.amname::text AS name,
    NULL AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_build_object(
        'type', CASE m.amtype WHEN 'i' THEN 'index' WHEN 't' THEN 'table' END,
        'handler', m.amhandler::regprocedure::text
    ) AS "is",
    ARRAY[m.tableoid, m.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_am AS m
LEFT JOIN pg_catalog.pg_description AS d
    ON m.oid = d.objoid AND d.classoid = 'pg_catalog.pg_am'::regclass AND d.objsubid = 0
WHERE
    m.oid >= 16384
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_am'::regclass AND e.objid = m.oid AND e.deptype = 'e'
    )
