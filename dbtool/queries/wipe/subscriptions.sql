-- The subscriptions of this database, and the slot that each has on the publishing server.
SELECT
    quote_ident(s.subname) AS identity,
    pg_get_userbyid(s.subowner)::text AS owner,
    coalesce(s.subslotname::text, '') AS slot,
    s.subenabled AS enabled
FROM pg_catalog.pg_subscription AS s
INNER JOIN pg_catalog.pg_database AS d ON s.subdbid = d.oid
WHERE d.datname = current_database()
ORDER BY s.subname
