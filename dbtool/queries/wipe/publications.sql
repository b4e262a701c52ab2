-- The publications, whether each carries TRUNCATE to its subscribers, and which tables it names (none where it has all).
SELECT
    quote_ident(p.pubname) AS identity,
    pg_get_userbyid(p.pubowner)::text AS owner,
    p.puballtables AS all_tables,
    p.pubtruncate AS truncates,
    ARRAY(
        SELECT t.relid::oid::int8
        FROM pg_get_publication_tables(p.pubname::text) AS t
        WHERE NOT p.puballtables
    ) AS tables
FROM pg_catalog.pg_publication AS p
ORDER BY p.pubname
