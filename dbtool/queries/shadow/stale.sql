-- Throw-away databases whose maker is gone: it holds an advisory lock, whose number is in the name, while it lives.
SELECT
    d.oid::int8 AS oid,
    d.datname::text AS name,
    coalesce(shobj_description(d.oid, 'pg_database'), '') AS comment
FROM pg_catalog.pg_database AS d
WHERE
    d.datname ~ '^dbtool_shadow_[0-9a-f]+$' AND length(d.datname) = 30
    AND pg_has_role(d.datdba, 'USAGE')
    AND NOT EXISTS (
        SELECT
        FROM pg_catalog.pg_locks AS l
        WHERE
            l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
            AND (l.classid::int8 << 32) | l.objid::int8 = ('x' || right(d.datname, 16))::bit(64)::int8
    )
ORDER BY 2
