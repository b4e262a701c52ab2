-- The subscriptions of this database, by their quoted names.
SELECT quote_ident(s.subname) AS name
FROM pg_catalog.pg_subscription AS s INNER JOIN pg_catalog.pg_database AS d ON s.subdbid = d.oid
WHERE d.datname = current_database()
ORDER BY 1
