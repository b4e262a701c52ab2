-- The sequences; an identity column's, which the column tells, where it has grants or a comment of its own.
SELECT
    'sequence' AS kind,
    n.nspname::text AS schema,
    '' AS parent,
    c.relname::text AS name,
    pg_get_userbyid(c.relowner)::text AS owner,
    coalesce(g.acl, ARRAY[]::text[]) AS acl,
    d.description AS comment,
    CASE o.deptype
        WHEN 'i' THEN jsonb_build_object('identity of', o.refobjid::regclass::text || '.' || quote_ident(a.attname))
        ELSE jsonb_strip_nulls(jsonb_build_object(
            'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
            'owned by', o.refobjid::regclass::text || '.' || quote_ident(a.attname),
            'type', format_type(s.seqtypid, NULL),
            'start', s.seqstart,
            'increment', s.seqincrement,
            'min', s.seqmin,
            'max', s.seqmax,
            'cache', s.seqcache,
            'cycle', s.seqcycle
        ))
    END AS "is",
    ARRAY[c.tableoid, c.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_sequence AS s
INNER JOIN pg_catalog.pg_class AS c ON s.seqrelid = c.oid
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_depend AS o
    ON
        s.seqrelid = o.objid AND o.classid = 'pg_catalog.pg_class'::regclass AND o.objsubid = 0
        AND o.refclassid = 'pg_catalog.pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_attribute AS a ON o.refobjid = a.attrelid AND o.refobjsubid = a.attnum
LEFT JOIN pg_catalog.pg_class AS b ON o.refobjid = b.oid
LEFT JOIN pg_catalog.pg_namespace AS m ON b.relnamespace = m.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON c.oid = d.objoid AND c.tableoid = d.classoid AND d.objsubid = 0
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
        FROM aclexplode(coalesce(c.relacl, acldefault('s', c.relowner))) AS x
        GROUP BY x.grantee, x.grantor
    ) AS e
) AS g ON true
WHERE
    (
        o.deptype IS DISTINCT FROM 'i' OR d.description IS NOT NULL
        OR NOT (coalesce(c.relacl, acldefault('s', c.relowner)) <@ acldefault('s', c.relowner))
        OR NOT (acldefault('s', c.relowner) <@ coalesce(c.relacl, acldefault('s', c.relowner)))
    )
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND (
        m.nspname = %(ledger)s::text
        AND b.relname IN ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
    ) IS NOT true
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = c.tableoid AND e.objid = c.oid AND e.deptype = 'e'
    )
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = b.tableoid AND e.objid = b.oid AND e.deptype = 'e'
    )
