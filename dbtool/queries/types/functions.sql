-- The functions and procedures that can be called, without those of triggers, of extensions and of range types.
SELECT
    p.oid::bigint AS oid,
    n.nspname::text AS schema,
    p.proname::text AS name,
    p.prokind::text AS kind,
    p.proisstrict AS strict,
    p.proretset AS returns_set,
    p.prorettype::bigint AS result,
    p.pronargdefaults::int AS defaults,
    coalesce(p.proallargtypes, p.proargtypes::oid[])::bigint[] AS types,
    coalesce(p.proargnames, ARRAY[]::text[]) AS names,
    coalesce(p.proargmodes::text[], ARRAY[]::text[]) AS modes,
    d.description AS comment
FROM pg_catalog.pg_proc AS p
INNER JOIN pg_catalog.pg_namespace AS n ON p.pronamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d ON p.oid = d.objoid AND p.tableoid = d.classoid
WHERE
    p.prokind IN ('f', 'p')
    AND p.prorettype NOT IN ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = p.tableoid AND e.objid = p.oid AND e.deptype IN ('e', 'i')
    )
ORDER BY n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)
