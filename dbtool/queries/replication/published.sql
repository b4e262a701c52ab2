-- The published tables of this database, the leaves of partitioned ones in place of their roots: what a change of a row
-- there is identified by, and what of it is sent. https://www.postgresql.org/docs/current/logical-replication-publication.html
WITH listed AS MATERIALIZED (
    SELECT
        p.pubname,
        c.oid AS root,
        pg_catalog.to_jsonb(t) -> 'attnames' AS columns,
        pg_catalog.to_jsonb(t) ->> 'rowfilter' AS filter,
        p.pubupdate,
        p.pubdelete,
        coalesce(pg_catalog.to_jsonb(p) ->> 'pubgencols', 'n') AS generated
    FROM pg_catalog.pg_publication AS p
    INNER JOIN pg_catalog.pg_publication_tables AS t ON p.pubname = t.pubname
    INNER JOIN pg_catalog.pg_namespace AS n ON t.schemaname = n.nspname
    INNER JOIN pg_catalog.pg_class AS c ON n.oid = c.relnamespace AND t.tablename = c.relname
),

leaves AS (
    SELECT
        l.*,
        l.root AS leaf
    FROM listed AS l
    INNER JOIN pg_catalog.pg_class AS c ON l.root = c.oid
    WHERE c.relkind <> 'p'
    UNION ALL
    SELECT
        l.*,
        t.relid AS leaf
    FROM listed AS l
    INNER JOIN pg_catalog.pg_class AS c ON l.root = c.oid
    CROSS JOIN LATERAL pg_catalog.pg_partition_tree(l.root) AS t
    WHERE c.relkind = 'p' AND t.isleaf
),

identities AS (
    SELECT
        i.indrelid,
        i.indisprimary,
        i.indisreplident,
        i.indimmediate,
        i.indisvalid,
        (
            SELECT pg_catalog.jsonb_agg(a.attname)
            FROM pg_catalog.pg_attribute AS a
            WHERE i.indrelid = a.attrelid AND a.attnum = ANY (i.indkey::smallint[])
        ) AS columns
    FROM pg_catalog.pg_index AS i
    WHERE i.indisprimary OR i.indisreplident
)

SELECT
    pg_catalog.jsonb_build_object(
        'version', pg_catalog.current_setting('server_version_num')::integer,
        'published', (
            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'publication', l.pubname,
                'schema', n.nspname,
                'table', c.relname,
                'updates', l.pubupdate,
                'deletes', l.pubdelete,
                'identity', c.relreplident,
                'primary_key', (
                    SELECT pg_catalog.jsonb_build_object('columns', i.columns, 'immediate', i.indimmediate)
                    FROM identities AS i
                    WHERE c.oid = i.indrelid AND i.indisprimary
                ),
                'identity_index', (
                    SELECT pg_catalog.jsonb_build_object('columns', i.columns, 'immediate', i.indimmediate)
                    FROM identities AS i
                    WHERE c.oid = i.indrelid AND i.indisreplident
                ),
                'columns', l.columns,
                'all_columns', (
                    SELECT pg_catalog.jsonb_agg(a.attname)
                    FROM pg_catalog.pg_attribute AS a
                    WHERE c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped
                ),
                'filter', l.filter,
                'sends_generated', l.generated = 's',
                'generated', (
                    SELECT pg_catalog.jsonb_agg(a.attname)
                    FROM pg_catalog.pg_attribute AS a
                    WHERE c.oid = a.attrelid AND a.attgenerated <> '' AND NOT a.attisdropped
                )
            ))
            FROM leaves AS l
            INNER JOIN pg_catalog.pg_class AS c ON l.leaf = c.oid
            INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
        ),
        -- what never leaves this server, where anything is published
        'unlogged', (
            SELECT pg_catalog.jsonb_agg(pg_catalog.format('%I.%I', n.nspname, c.relname) ORDER BY n.nspname, c.relname)
            FROM pg_catalog.pg_class AS c
            INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
            WHERE c.relkind = 'r' AND c.relpersistence = 'u'
        ),
        'sequences', (
            SELECT pg_catalog.jsonb_agg(DISTINCT pg_catalog.format('%I.%I', n.nspname, s.relname))
            FROM pg_catalog.pg_depend AS d
            INNER JOIN pg_catalog.pg_class AS s ON d.objid = s.oid AND s.relkind = 'S'
            INNER JOIN pg_catalog.pg_namespace AS n ON s.relnamespace = n.oid
            WHERE
                d.classid = 'pg_catalog.pg_class'::regclass
                AND d.refclassid = 'pg_catalog.pg_class'::regclass
                AND d.deptype IN ('a', 'i')
                AND (
                    d.refobjid IN (SELECT l.leaf FROM leaves AS l)
                    OR d.refobjid IN (SELECT l.root FROM listed AS l)
                )
        )
    )
