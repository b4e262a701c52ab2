-- The tables of publications, with the columns and rows that are published: what `feed tail --snapshot` reads.
SELECT
    t.schema,
    t.relation,
    array(
        SELECT a.attname::text
        FROM pg_catalog.pg_attribute AS a
        WHERE
            a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
            -- generated columns are published from 18 on, where they are asked for: attnames has them then
            AND (a.attgenerated = '' OR pg_catalog.current_setting('server_version_num')::integer >= 180000)
            AND EXISTS (
                SELECT 1
                FROM pg_catalog.jsonb_array_elements(t.published) AS e
                WHERE NOT e.value ? 'attnames' OR e.value -> 'attnames' ? a.attname::text
            )
        ORDER BY a.attnum
    ) AS columns,
    -- in several publications: a row is sent where one of them has it, and one without a filter has all (manual, 29.4)
    (
        SELECT
            CASE
                WHEN pg_catalog.bool_and(e.value ->> 'rowfilter' IS NOT NULL)
                    THEN pg_catalog.string_agg(DISTINCT '(' || (e.value ->> 'rowfilter') || ')', ' OR ')
            END
        FROM pg_catalog.jsonb_array_elements(t.published) AS e
    ) AS filter,
    t.partitioned
FROM (
    SELECT
        c.oid,
        n.nspname::text AS schema,
        c.relname::text AS relation,
        c.relkind = 'p' AS partitioned,
        pg_catalog.jsonb_agg(pg_catalog.to_jsonb(p)) AS published
    FROM pg_catalog.pg_publication_tables AS p
    INNER JOIN pg_catalog.pg_namespace AS n ON p.schemaname = n.nspname
    INNER JOIN pg_catalog.pg_class AS c ON p.tablename = c.relname AND n.oid = c.relnamespace
    WHERE p.pubname = any(%(publications)s)
    GROUP BY c.oid, n.nspname, c.relname, c.relkind
) AS t
ORDER BY t.schema, t.relation
