-- Errors and conflicts of the subscriptions, PostgreSQL 15 and newer.
SELECT
    pg_catalog.jsonb_build_object(
        'subscription_stats', (
            SELECT pg_catalog.jsonb_object_agg(t.subname, pg_catalog.to_jsonb(t))
            FROM pg_catalog.pg_stat_subscription_stats AS t
        )
    )
