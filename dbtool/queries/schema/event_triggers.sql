-- The event triggers.
SELECT
    'event trigger' AS kind,
    '' AS schema,
    '' AS parent,
    t.evtname::text AS name,
    pg_get_userbyid(t.evtowner)::text AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'event', t.evtevent,
        'function', t.evtfoid::regprocedure::text,
        'enabled', CASE t.evtenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END,
        'tags', (SELECT jsonb_agg(u.tag ORDER BY u.tag COLLATE "C") FROM unnest(t.evttags) AS u (tag))
    )) AS "is",
    ARRAY[t.tableoid, t.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_event_trigger AS t
LEFT JOIN pg_catalog.pg_description AS d
    ON t.oid = d.objoid AND d.classoid = 'pg_catalog.pg_event_trigger'::regclass AND d.objsubid = 0
WHERE
    NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_event_trigger'::regclass AND e.objid = t.oid AND e.deptype = 'e'
    )
