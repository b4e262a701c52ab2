-- The schemas; not the ledger's own, where nothing else is in it.
SELECT
    'schema' AS kind,
    '' AS schema,
    '' AS parent,
    n.nspname::text AS name,
    pg_get_userbyid(n.nspowner)::text AS owner,
    coalesce(g.acl, ARRAY[]::text[]) AS acl,
    d.description AS comment,
    jsonb_build_object() AS "is",
    ARRAY[n.tableoid, n.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_namespace AS n
LEFT JOIN pg_catalog.pg_description AS d
    ON n.oid = d.objoid AND n.tableoid = d.classoid AND d.objsubid = 0
LEFT JOIN LATERAL (
    SELECT array_agg(
        coalesce(quote_ident(nullif(e.grantee, '')), 'PUBLIC') || '=' || e.privileges || '/' || quote_ident(e.grantor)
        ORDER BY e.grantee, e.grantor
    ) AS acl
    FROM (
        SELECT
            CASE x.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(x.grantee) END AS grantee,
            pg_get_userbyid(x.grantor) AS grantor,
            string_agg(
                x.privilege_type || CASE WHEN x.is_grantable THEN '*' ELSE '' END,
                ',' ORDER BY x.privilege_type::name
            ) AS privileges
        FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS x
        GROUP BY x.grantee, x.grantor
    ) AS e
) AS g ON true
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = n.tableoid AND e.objid = n.oid AND e.deptype = 'e'
    )
    -- dbtool makes this schema where it is missing; empty or not yet there, it is the same schema
    AND (
        n.nspname <> %(ledger)s::text
        OR n.nspname = 'public'
        OR EXISTS (
            SELECT FROM pg_catalog.pg_depend AS i
            LEFT JOIN pg_catalog.pg_class AS c ON i.objid = c.oid AND i.classid = 'pg_catalog.pg_class'::regclass
            WHERE
                i.refclassid = 'pg_catalog.pg_namespace'::regclass
                AND i.refobjid = n.oid
                AND coalesce(c.relname, '') NOT IN ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
        )
    )
