-- The casts that somebody made: what initdb makes has an oid below 16384 (FirstNormalObjectId).
SELECT
    'cast' AS kind,
    '' AS schema,
    '' AS parent,
    '(' || format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL) || ')' AS name,
    NULL AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'method', CASE c.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'inout' WHEN 'b' THEN 'binary' END,
        'function', nullif(c.castfunc::regprocedure::text, '-'),
        'context', CASE c.castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'assignment' WHEN 'e' THEN 'explicit' END
    )) AS "is",
    ARRAY[c.tableoid, c.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_cast AS c
LEFT JOIN pg_catalog.pg_description AS d
    ON c.oid = d.objoid AND d.classoid = 'pg_catalog.pg_cast'::regclass AND d.objsubid = 0
WHERE
    c.oid >= 16384
    -- internal is the cast of a range to its multirange
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_cast'::regclass AND e.objid = c.oid AND e.deptype IN ('e', 'i')
    )
