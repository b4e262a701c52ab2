-- The tables: plain, partitioned, partitions and foreign ones, with what they are beside their columns.
-- Here and in its neighbours: of a new database the server believes that pg_description and pg_depend say nothing of
-- 'pg_class'::regclass, and joins by nested loops, in square time; tableoid is the same and gives it nothing to guess.
SELECT
    CASE c.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
    n.nspname::text AS schema,
    '' AS parent,
    c.relname::text AS name,
    pg_get_userbyid(c.relowner)::text AS owner,
    coalesce(g.acl, ARRAY[]::text[]) AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
        'partition by', pg_get_partkeydef(c.oid),
        'partition of', CASE WHEN c.relispartition THEN i.parents[1] END,
        'bound', pg_get_expr(c.relpartbound, c.oid),
        'detach pending', nullif(i.detach_pending, false),
        'inherits', CASE WHEN NOT c.relispartition THEN to_jsonb(i.parents) END,
        'of type', format_type(nullif(c.reloftype, 0), NULL),
        'options', CASE WHEN c.reloptions IS NOT NULL THEN (
            SELECT jsonb_object_agg(o.option_name, coalesce(o.option_value, ''))
            FROM pg_options_to_table(c.reloptions) AS o
        ) END,
        'toast options', CASE WHEN t.reloptions IS NOT NULL THEN (
            SELECT jsonb_object_agg(o.option_name, coalesce(o.option_value, ''))
            FROM pg_options_to_table(t.reloptions) AS o
        ) END,
        'access method', nullif(m.amname, 'heap'),
        'tablespace', s.spcname,
        'replica identity', CASE c.relreplident
            WHEN 'f' THEN 'full'
            WHEN 'n' THEN 'nothing'
            WHEN 'i' THEN coalesce('index ' || quote_ident(x.replica_identity), 'nothing')
        END,
        'clustered on', x.clustered_on,
        'row security', nullif(c.relrowsecurity, false),
        'force row security', nullif(c.relforcerowsecurity, false),
        'server', r.srvname,
        'foreign options', CASE WHEN f.ftoptions IS NOT NULL THEN (
            SELECT jsonb_object_agg(o.option_name, coalesce(o.option_value, ''))
            FROM pg_options_to_table(f.ftoptions) AS o
        ) END
    )) AS "is",
    ARRAY[c.tableoid, c.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON c.oid = d.objoid AND c.tableoid = d.classoid AND d.objsubid = 0
LEFT JOIN pg_catalog.pg_class AS t ON c.reltoastrelid = t.oid AND t.reloptions IS NOT NULL
LEFT JOIN pg_catalog.pg_am AS m ON c.relam = m.oid
LEFT JOIN pg_catalog.pg_tablespace AS s ON c.reltablespace = s.oid
LEFT JOIN pg_catalog.pg_foreign_table AS f ON c.oid = f.ftrelid
LEFT JOIN pg_catalog.pg_foreign_server AS r ON f.ftserver = r.oid
-- parents by name: their order says only in which order columns stand
LEFT JOIN (
    SELECT
        h.inhrelid,
        array_agg(h.inhparent::regclass::text ORDER BY p.relnamespace::regnamespace::text::name, p.relname) AS parents,
        bool_or(h.inhdetachpending) AS detach_pending
    FROM pg_catalog.pg_inherits AS h
    INNER JOIN pg_catalog.pg_class AS p ON h.inhparent = p.oid
    GROUP BY h.inhrelid
) AS i ON c.oid = i.inhrelid
LEFT JOIN (
    SELECT
        b.indrelid,
        max(j.relname::text) FILTER (WHERE b.indisreplident) AS replica_identity,
        max(j.relname::text) FILTER (WHERE b.indisclustered) AS clustered_on
    FROM pg_catalog.pg_index AS b
    INNER JOIN pg_catalog.pg_class AS j ON b.indexrelid = j.oid
    WHERE b.indisreplident OR b.indisclustered
    GROUP BY b.indrelid
) AS x ON c.oid = x.indrelid
LEFT JOIN LATERAL (
    SELECT array_agg(
        coalesce(quote_ident(nullif(e.grantee, '')), 'PUBLIC') || '=' || e.privileges || '/' || quote_ident(e.grantor)
        ORDER BY e.grantee, e.grantor
    ) AS acl
    FROM (
        SELECT
            CASE x.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(x.grantee) END AS grantee,
            pg_get_userbyid(x.grantor) AS grantor,
            string_agg(
                x.privilege_type || CASE WHEN x.is_grantable THEN '*' ELSE '' END,
                ',' ORDER BY x.privilege_type::name
            ) AS privileges
        FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS x
        GROUP BY x.grantee, x.grantor
    ) AS e
) AS g ON true
WHERE
    c.relkind IN ('r', 'p', 'f')
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
