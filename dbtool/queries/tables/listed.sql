-- The tables, a partitioned one with its partitions counted together: rows (estimated), bytes, triggers, publications.
-- NULL rows: nobody has counted. A table that is locked against everybody is measured by the pages of its last ANALYZE:
-- pg_total_relation_size() would wait for the lock.
WITH RECURSIVE ours AS (
    SELECT
        c.oid,
        n.nspname,
        c.relname,
        c.relkind,
        d.description
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
    LEFT JOIN pg_catalog.pg_description AS d
        ON c.oid = d.objoid AND c.tableoid = d.classoid AND d.objsubid = 0
    WHERE
        c.relkind IN ('r', 'p', 'f')
        AND NOT c.relispartition
        AND c.relpersistence <> 't'
        AND n.nspname !~ '^pg_'
        AND n.nspname <> 'information_schema'
        AND NOT (
            n.nspname = %(ledger)s::text
            AND c.relname IN ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
        )
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend AS e
            WHERE e.classid = c.tableoid AND e.objid = c.oid AND e.deptype = 'e'
        )
),

members (root, oid) AS (
    SELECT
        o.oid,
        o.oid
    FROM ours AS o
    UNION ALL
    SELECT
        m.root,
        i.inhrelid
    FROM members AS m
    INNER JOIN pg_catalog.pg_inherits AS i ON m.oid = i.inhparent
    INNER JOIN pg_catalog.pg_class AS c ON i.inhrelid = c.oid AND c.relispartition
),

locked AS MATERIALIZED (
    SELECT DISTINCT l.relation
    FROM pg_catalog.pg_locks AS l
    WHERE
        l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid <> pg_catalog.pg_backend_pid()
        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
),

measured AS (
    SELECT
        m.root,
        c.relkind,
        c.relpages,
        c.reltuples,
        pg_catalog.pg_stat_get_live_tuples(c.oid) AS live,
        CASE
            WHEN c.relkind = 'p' THEN 0
            WHEN l.relation IS NOT NULL THEN c.relpages
            ELSE pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::bigint
        END AS pages,
        CASE
            WHEN c.relkind = 'p' THEN 0
            WHEN l.relation IS NOT NULL THEN c.relpages * current_setting('block_size')::bigint
            ELSE pg_catalog.pg_total_relation_size(c.oid)
        END AS bytes
    FROM members AS m
    INNER JOIN pg_catalog.pg_class AS c ON m.oid = c.oid
    LEFT JOIN locked AS l ON c.oid = l.relation
),

estimated AS (
    SELECT
        m.root,
        m.bytes,
        CASE
            WHEN m.relkind = 'p' THEN 0
            WHEN m.relkind = 'f' THEN nullif(m.reltuples, -1)
            -- as the planner has it: as dense as at the last ANALYZE, on the pages of now
            WHEN m.reltuples > 0 AND m.relpages > 0 THEN m.reltuples / m.relpages * m.pages
            WHEN m.live > 0 THEN m.live
            WHEN m.pages = 0 OR m.reltuples = 0 THEN 0
        END AS rows
    FROM measured AS m
),

sums AS (
    SELECT
        e.root,
        count(*) - 1 AS partitions,
        -- where nobody has counted one of them, the sum is not known
        CASE WHEN count(e.rows) = count(*) THEN round(sum(e.rows)) END AS rows,
        sum(coalesce(e.bytes, 0)) AS bytes
    FROM estimated AS e
    GROUP BY e.root
),

published AS (
    SELECT
        m.root,
        array_agg(DISTINCT t.pubname::text) AS names
    FROM pg_catalog.pg_publication_tables AS t
    INNER JOIN pg_catalog.pg_namespace AS n ON t.schemaname = n.nspname
    INNER JOIN pg_catalog.pg_class AS c ON n.oid = c.relnamespace AND t.tablename = c.relname
    INNER JOIN members AS m ON c.oid = m.oid
    GROUP BY m.root
),

triggered AS (
    SELECT
        g.tgrelid,
        array_agg(g.tgname::text) AS names
    FROM pg_catalog.pg_trigger AS g
    WHERE NOT g.tgisinternal
    GROUP BY g.tgrelid
),

guarded AS (
    SELECT
        p.polrelid,
        array_agg(p.polname::text) AS names
    FROM pg_catalog.pg_policy AS p
    GROUP BY p.polrelid
)

SELECT
    o.oid::bigint AS oid,
    o.nspname::text AS schema,
    o.relname::text AS name,
    CASE o.relkind WHEN 'p' THEN 'partitioned' WHEN 'f' THEN 'foreign' ELSE 'ordinary' END AS kind,
    s.partitions,
    s.rows::bigint AS rows,
    s.bytes::bigint AS bytes,
    o.description AS comment,
    coalesce(p.names, ARRAY[]::text[]) AS publications,
    coalesce(t.names, ARRAY[]::text[]) AS triggers,
    coalesce(g.names, ARRAY[]::text[]) AS policies
FROM ours AS o
INNER JOIN sums AS s ON o.oid = s.root
LEFT JOIN published AS p ON o.oid = p.root
LEFT JOIN triggered AS t ON o.oid = t.tgrelid
LEFT JOIN guarded AS g ON o.oid = g.polrelid
ORDER BY o.nspname COLLATE "C", o.relname COLLATE "C"
