-- The triggers of tables and views. A partition's that it has by its parent only where it is in another state.
SELECT
    'trigger' AS kind,
    n.nspname::text AS schema,
    t.tgrelid::regclass::text AS parent,
    t.tgname::text AS name,
    NULL AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'definition', CASE WHEN t.tgparentid = 0 THEN pg_get_triggerdef(t.oid) END,
        'enabled', CASE
            WHEN t.tgparentid <> 0 OR t.tgenabled <> 'O'
                THEN CASE t.tgenabled
                    WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always'
                END
        END,
        'inherited', CASE WHEN t.tgparentid <> 0 THEN true END,
        'constraint comment', k.description
    )) AS "is",
    ARRAY[t.tableoid, t.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
INNER JOIN pg_catalog.pg_trigger AS t ON c.oid = t.tgrelid
LEFT JOIN pg_catalog.pg_trigger AS p ON t.tgparentid = p.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON t.oid = d.objoid AND t.tableoid = d.classoid AND d.objsubid = 0
-- CREATE CONSTRAINT TRIGGER makes a constraint as well, which can have a comment
LEFT JOIN pg_catalog.pg_constraint AS q ON t.tgconstraint = q.oid
LEFT JOIN pg_catalog.pg_description AS k ON q.oid = k.objoid AND q.tableoid = k.classoid AND k.objsubid = 0
WHERE
    -- 14 calls a partition's triggers internal
    CASE
        WHEN t.tgparentid = 0 THEN NOT t.tgisinternal
        ELSE
            (NOT p.tgisinternal OR p.tgparentid <> 0)
            AND q.contype IS DISTINCT FROM 'f'
            AND t.tgenabled <> p.tgenabled
    END
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
