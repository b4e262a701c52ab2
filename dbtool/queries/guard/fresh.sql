-- Whether the database is empty, and nothing on its server says production or is copied from it. Read-only.
SELECT
    NOT EXISTS (
        SELECT FROM pg_catalog.pg_class AS c
        INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
        WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    )
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_replication)
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_database AS d
        WHERE pg_catalog.shobj_description(d.oid, 'pg_database') LIKE '%@dbtool.environment=production %'
    ) AS fresh
