-- The constraints of tables. A foreign key that a partition has by its parent is told by the parent.
SELECT
    'constraint' AS kind,
    n.nspname::text AS schema,
    k.conrelid::regclass::text AS parent,
    k.conname::text AS name,
    NULL AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_build_object(
        'type', CASE k.contype
            WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign key' WHEN 'c' THEN 'check'
            WHEN 'x' THEN 'exclude' WHEN 'n' THEN 'not null' ELSE k.contype::text
        END,
        'definition', CASE
            -- the only flags that the definition ends with
            WHEN k.condeferrable OR NOT k.convalidated THEN regexp_replace(
                pg_get_constraintdef(k.oid), '( DEFERRABLE)?( INITIALLY DEFERRED)?( NOT VALID| NOT ENFORCED)?$', ''
            )
            ELSE pg_get_constraintdef(k.oid)
        END
    )
    || CASE
        WHEN k.condeferrable OR NOT k.convalidated OR k.coninhcount > 0 OR k.conparentid <> 0 OR t.states IS NOT NULL
            THEN jsonb_strip_nulls(jsonb_build_object(
                'deferrable', nullif(k.condeferrable, false),
                'initially deferred', nullif(k.condeferred, false),
                -- what is not enforced (from 18 on) is not valid either
                'not valid', CASE
                    WHEN NOT k.convalidated THEN nullif(pg_get_constraintdef(k.oid) ~ ' NOT VALID$', false)
                END,
                'not enforced', CASE
                    WHEN NOT k.convalidated THEN nullif(pg_get_constraintdef(k.oid) ~ ' NOT ENFORCED$', false)
                END,
                'inherited', CASE WHEN k.coninhcount > 0 THEN true END,
                'local', CASE WHEN k.coninhcount > 0 AND k.conislocal THEN true END,
                -- as ALTER INDEX names it
                'partition of', CASE WHEN k.contype IN ('p', 'u', 'x') THEN nullif(u.conindid, 0)::regclass::text END,
                'triggers', t.states
            ))
        ELSE jsonb_build_object()
    END AS "is",
    ARRAY[k.tableoid, k.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
INNER JOIN pg_catalog.pg_constraint AS k ON c.oid = k.conrelid
LEFT JOIN pg_catalog.pg_constraint AS u ON k.conparentid = u.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON k.oid = d.objoid AND k.tableoid = d.classoid AND d.objsubid = 0
-- ALTER TABLE ... DISABLE TRIGGER ALL leaves a foreign key that nothing keeps
LEFT JOIN (
    SELECT
        b.tgconstraint,
        jsonb_object_agg(
            b.tgrelid::regclass::text || ' ' || b.tgfoid::regproc::text,
            CASE b.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END
        ) AS states
    FROM pg_catalog.pg_trigger AS b
    WHERE b.tgisinternal AND b.tgenabled <> 'O' AND b.tgconstraint <> 0
    GROUP BY b.tgconstraint
) AS t ON k.oid = t.tgconstraint
WHERE
    -- those of constraint triggers are told by the triggers
    k.contype <> 't'
    AND (k.contype <> 'f' OR k.conparentid = 0 OR t.states IS NOT NULL)
    AND c.relkind IN ('r', 'p', 'f')
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
