-- What is granted on what is made from now on: of one role, on one kind of object, in one schema or in all.
SELECT
    'default acl' AS kind,
    coalesce(n.nspname::text, '') AS schema,
    '' AS parent,
    'for role ' || quote_ident(pg_get_userbyid(a.defaclrole)) || ' on ' || CASE a.defaclobjtype
        WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
        WHEN 'n' THEN 'schemas' WHEN 'L' THEN 'large objects' ELSE a.defaclobjtype::text
    END AS name,
    NULL AS owner,
    coalesce(g.acl, ARRAY[]::text[]) AS acl,
    NULL AS comment,
    jsonb_build_object() AS "is",
    ARRAY[a.tableoid, a.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_default_acl AS a
LEFT JOIN pg_catalog.pg_namespace AS n ON a.defaclnamespace = n.oid
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
        FROM aclexplode(a.defaclacl) AS x
        GROUP BY x.grantee, x.grantor
    ) AS e
) AS g ON true
WHERE
    NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_default_acl'::regclass AND e.objid = a.oid AND e.deptype = 'e'
    )
