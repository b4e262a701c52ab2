-- A database of this server by its name, for its maker: its oid, its comment, and whether it holds a subscription.
SELECT
    d.oid::int8 AS oid,
    coalesce(shobj_description(d.oid, 'pg_database'), '') AS comment,
    EXISTS (SELECT FROM pg_catalog.pg_subscription AS s WHERE s.subdbid = d.oid) AS subscribes
FROM pg_catalog.pg_database AS d
WHERE d.datname = %(database)s::text
