-- The security labels (SELinux and its like), each on the object that it is of.
SELECT
    'security label' AS kind,
    '' AS schema,
    i.type || ' ' || i.identity AS parent,
    s.provider AS name,
    NULL AS owner,
    NULL::text[] AS acl,
    NULL AS comment,
    jsonb_build_object('label', s.label) AS "is",
    -- that of what it is of: it has none itself
    ARRAY[s.classoid, s.objoid, s.objsubid]::bigint[] AS address
FROM pg_catalog.pg_seclabel AS s
CROSS JOIN LATERAL pg_identify_object(s.classoid, s.objoid, s.objsubid) AS i
WHERE
    i.type <> 'large object'
    AND i.identity IS NOT NULL
    -- what initdb makes has an oid below 16384 (FirstNormalObjectId), but for the schema public
    AND (s.objoid >= 16384 OR i.identity = 'public')
