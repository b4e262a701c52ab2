-- The templates of replayed migrations that are kept here, with what dbtool wrote on each: the newest first.
SELECT
    d.oid::int8 AS oid,
    d.datname::text AS name,
    coalesce(shobj_description(d.oid, 'pg_database'), '') AS comment
FROM pg_catalog.pg_database AS d
WHERE d.datname ~ '^dbtool_replay_[0-9a-f]+$' AND length(d.datname) = 46 AND pg_has_role(d.datdba, 'USAGE')
ORDER BY 3 DESC, 2
