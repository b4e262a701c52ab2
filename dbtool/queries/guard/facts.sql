-- What is in the database and who uses it: what a guard weighs and a person is shown before anything is destroyed.
-- Read-only. Of others' sessions a role without pg_read_all_stats sees that they are there, and not what they do.
SELECT pg_catalog.set_config('search_path', 'pg_catalog', true);

WITH others AS (
    SELECT
        coalesce(nullif(a.application_name, ''), '(no name)') AS application,
        a.backend_xid IS NOT NULL AS writes
    FROM pg_catalog.pg_stat_activity AS a
    WHERE
        a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
        AND a.usesysid IS NOT NULL AND coalesce(a.backend_type, 'client backend') = 'client backend'
)

SELECT
    pg_catalog.pg_is_in_recovery() AS standby,
    (SELECT count(*) FROM pg_catalog.pg_stat_replication) AS replicas,
    (
        SELECT count(*) FROM pg_catalog.pg_replication_slots AS s
        WHERE NOT s.temporary AND (s.database IS NULL OR s.database = pg_catalog.current_database())
    ) AS slots,
    (SELECT count(*) FROM others) AS sessions,
    (SELECT count(*) FROM others AS o WHERE o.writes) AS writers,
    coalesce((
        SELECT jsonb_object_agg(o.application, o.number)
        FROM (SELECT others.application, count(*) AS number FROM others GROUP BY others.application) AS o
    ), pg_catalog.jsonb_build_object()) AS applications,
    pg_catalog.pg_database_size(pg_catalog.current_database()) AS size,
    coalesce(t.tables, 0) AS tables,
    coalesce(t.rows, 0) AS rows,
    CASE
        WHEN pg_catalog.current_setting('track_commit_timestamp') = 'on' AND NOT pg_catalog.pg_is_in_recovery()
            THEN (SELECT x.timestamp AT TIME ZONE 'UTC' FROM pg_catalog.pg_last_committed_xact() AS x)
    END AS last_commit,
    -- the superuser that RDS, Cloud SQL, Azure and Neon have on their servers, by whatever tunnel these are reached
    coalesce((
        SELECT r.rolname FROM pg_catalog.pg_roles AS r
        WHERE r.rolsuper AND r.rolname IN ('rdsadmin', 'cloudsqladmin', 'azuresu', 'cloud_admin')
        ORDER BY r.rolname LIMIT 1
    ), '') AS provider,
    coalesce(host(pg_catalog.inet_server_addr()), '') AS address
FROM (
    SELECT
        count(*) AS tables,
        -- never analysed: reltuples is -1, and what was inserted since the statistics began is the better guess
        sum(greatest(c.reltuples, coalesce(s.n_live_tup, 0), 0))::bigint AS rows
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
    LEFT JOIN pg_catalog.pg_stat_user_tables AS s ON c.oid = s.relid
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
) AS t
