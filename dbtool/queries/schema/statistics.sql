-- The extended statistics (CREATE STATISTICS).
SELECT
    'statistics object' AS kind,
    m.nspname::text AS schema,
    s.stxrelid::regclass::text AS parent,
    s.stxname::text AS name,
    pg_get_userbyid(s.stxowner)::text AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'definition', pg_get_statisticsobjdef(s.oid),
        'target', CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END
    )) AS "is",
    ARRAY[s.tableoid, s.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_statistic_ext AS s
INNER JOIN pg_catalog.pg_namespace AS m ON s.stxnamespace = m.oid
INNER JOIN pg_catalog.pg_class AS c ON s.stxrelid = c.oid
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON s.oid = d.objoid AND s.tableoid = d.classoid AND d.objsubid = 0
WHERE
    NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = s.tableoid AND e.objid = s.oid AND e.deptype = 'e'
    )
    AND c.relkind IN ('r', 'p', 'f', 'm')
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
