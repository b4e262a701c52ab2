-- The policies of row-level security.
SELECT
    'policy' AS kind,
    n.nspname::text AS schema,
    p.polrelid::regclass::text AS parent,
    p.polname::text AS name,
    NULL AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'restrictive', nullif(NOT p.polpermissive, false),
        'command', CASE p.polcmd
            WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all'
        END,
        'roles', r.names,
        'using', pg_get_expr(p.polqual, p.polrelid),
        'check', pg_get_expr(p.polwithcheck, p.polrelid)
    )) AS "is",
    ARRAY[p.tableoid, p.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
INNER JOIN pg_catalog.pg_policy AS p ON c.oid = p.polrelid
CROSS JOIN LATERAL (
    SELECT to_jsonb(array_agg(coalesce(quote_ident(u.rolname), 'PUBLIC') ORDER BY u.rolname)) AS names
    FROM unnest(p.polroles) AS o (oid)
    LEFT JOIN pg_catalog.pg_roles AS u ON o.oid = u.oid
) AS r
LEFT JOIN pg_catalog.pg_description AS d
    ON p.oid = d.objoid AND p.tableoid = d.classoid AND d.objsubid = 0
WHERE
    c.relkind IN ('r', 'p')
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT (
        n.nspname = %(ledger)s::text
        AND c.relname IN ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
    )
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = c.tableoid AND e.objid = c.oid AND e.deptype = 'e'
    )
