-- The procedural languages.
SELECT
    'language' AS kind,
    '' AS schema,
    '' AS parent,
    l.lanname::text AS name,
    pg_get_userbyid(l.lanowner)::text AS owner,
    coalesce(g.acl, ARRAY[]::text[]) AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'trusted', nullif(l.lanpltrusted, false),
        'handler', nullif(l.lanplcallfoid::regprocedure::text, '-'),
        'inline', nullif(l.laninline::regprocedure::text, '-'),
        'validator', nullif(l.lanvalidator::regprocedure::text, '-')
    )) AS "is",
    ARRAY[l.tableoid, l.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_language AS l
LEFT JOIN pg_catalog.pg_description AS d
    ON l.oid = d.objoid AND d.classoid = 'pg_catalog.pg_language'::regclass AND d.objsubid = 0
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
        FROM aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) AS x
        GROUP BY x.grantee, x.grantor
    ) AS e
) AS g ON true
WHERE
    l.lanispl
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_language'::regclass AND e.objid = l.oid AND e.deptype = 'e'
    )
