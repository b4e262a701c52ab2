-- The publications, and each table and schema in one; the ledger's tables in one are left out.
SELECT
    'publication' AS kind,
    '' AS schema,
    '' AS parent,
    p.pubname::text AS name,
    pg_get_userbyid(p.pubowner)::text AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'all tables', nullif(p.puballtables, false),
        'insert', p.pubinsert,
        'update', p.pubupdate,
        'delete', p.pubdelete,
        'truncate', p.pubtruncate,
        'via partition root', nullif(p.pubviaroot, false),
        'generated columns', CASE to_jsonb(p) ->> 'pubgencols' WHEN 's' THEN 'stored' END  -- from 18 on
    )) AS "is",
    ARRAY[p.tableoid, p.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_publication AS p
LEFT JOIN pg_catalog.pg_description AS d
    ON p.oid = d.objoid AND d.classoid = 'pg_catalog.pg_publication'::regclass AND d.objsubid = 0
WHERE
    NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_publication'::regclass AND e.objid = p.oid AND e.deptype = 'e'
    )
UNION ALL
SELECT
    'publication relation',
    '',
    quote_ident(p.pubname),
    r.prrelid::regclass::text,
    NULL,
    NULL::text[],
    NULL,
    jsonb_strip_nulls(jsonb_build_object(
        'columns', (
            SELECT jsonb_agg(a.attname ORDER BY a.attname)
            FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = r.prrelid AND a.attnum = any(x.columns::int2[])
        ),
        'where', pg_get_expr(x.filter, r.prrelid)
    )),
    ARRAY[r.tableoid, r.oid, 0]::bigint[]
FROM pg_catalog.pg_publication AS p
INNER JOIN pg_catalog.pg_publication_rel AS r ON p.oid = r.prpubid
INNER JOIN pg_catalog.pg_class AS c ON r.prrelid = c.oid
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
-- prqual and prattrs are those of pg_publication_rel where it has them (from 15 on), else these
CROSS JOIN (SELECT NULL::pg_node_tree AS prqual, NULL::int2vector AS prattrs) AS missing
INNER JOIN LATERAL (
    SELECT oid, prqual AS filter, prattrs AS columns FROM pg_catalog.pg_publication_rel
) AS x ON r.oid = x.oid
WHERE
    NOT (
        n.nspname = %(ledger)s::text
        AND c.relname IN ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
    )
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_publication'::regclass AND e.objid = p.oid AND e.deptype = 'e'
    )
UNION ALL
-- pg_publication_namespace (6237) is there from 15 on: what depends on it says the same
SELECT
    'publication namespace',
    '',
    quote_ident(p.pubname),
    n.nspname::text,
    NULL,
    NULL::text[],
    NULL,
    jsonb_build_object(),
    ARRAY[6237, m.objid, 0]::bigint[]
FROM pg_catalog.pg_publication AS p
INNER JOIN pg_catalog.pg_depend AS m
    ON m.classid = 6237 AND m.refclassid = 'pg_catalog.pg_publication'::regclass AND p.oid = m.refobjid
INNER JOIN pg_catalog.pg_depend AS s
    ON s.classid = 6237 AND m.objid = s.objid AND s.refclassid = 'pg_catalog.pg_namespace'::regclass
INNER JOIN pg_catalog.pg_namespace AS n ON s.refobjid = n.oid
WHERE
    NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_publication'::regclass AND e.objid = p.oid AND e.deptype = 'e'
    )
