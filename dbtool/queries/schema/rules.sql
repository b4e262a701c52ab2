-- The rules of tables and views, without those that make a view a view.
SELECT
    'rule' AS kind,
    n.nspname::text AS schema,
    r.ev_class::regclass::text AS parent,
    r.rulename::text AS name,
    NULL AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'definition', rtrim(pg_get_ruledef(r.oid), ';'),
        'enabled', CASE r.ev_enabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END
    )) AS "is",
    ARRAY[r.tableoid, r.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
INNER JOIN pg_catalog.pg_rewrite AS r ON c.oid = r.ev_class
LEFT JOIN pg_catalog.pg_description AS d
    ON r.oid = d.objoid AND r.tableoid = d.classoid AND d.objsubid = 0
WHERE
    r.rulename <> '_RETURN'
    AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
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
