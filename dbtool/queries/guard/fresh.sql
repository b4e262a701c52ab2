-- Whether the database is empty, and nobody copies from its server. Read-only.
SELECT pg_catalog.set_config('search_path', 'pg_catalog', true);

SELECT
    NOT EXISTS (
        SELECT FROM pg_catalog.pg_class AS c
        INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
        WHERE
            n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
            AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    )
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_replication)
    -- the superuser of a managed provider's server, reached through a tunnel
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolsuper AND r.rolname IN ('rdsadmin', 'cloudsqladmin', 'azuresu', 'cloud_admin')) AS fresh
