-- Rows written to the published tables of this database: whether there was anything to send from here.
SELECT
    pg_catalog.jsonb_build_object(
        'published_writes', (
            SELECT coalesce(sum(t.n_tup_ins + t.n_tup_upd + t.n_tup_del), 0)::bigint
            FROM pg_catalog.pg_stat_all_tables AS t
            WHERE EXISTS (
                SELECT FROM pg_catalog.pg_publication_tables AS p
                WHERE t.schemaname = p.schemaname AND t.relname = p.tablename
            )
        )
    )
