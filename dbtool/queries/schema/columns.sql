-- The columns of tables; of a view, whose definition says the rest, those with something of their own to say.
SELECT
    'column' AS kind,
    a.nspname::text AS schema,
    a.attrelid::regclass::text AS parent,
    a.attname::text AS name,
    NULL AS owner,
    CASE WHEN a.attacl IS NOT NULL THEN (
        SELECT array_agg(
            coalesce(quote_ident(nullif(e.grantee, '')), 'PUBLIC') || '=' || e.privileges || '/' || quote_ident(e.grantor)
            ORDER BY e.grantee, e.grantor
        )
        FROM (
            SELECT
                CASE x.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(x.grantee) END AS grantee,
                pg_get_userbyid(x.grantor) AS grantor,
                string_agg(
                    x.privilege_type || CASE WHEN x.is_grantable THEN '*' ELSE '' END,
                    ',' ORDER BY x.privilege_type::name
                ) AS privileges
            FROM aclexplode(a.attacl) AS x
            GROUP BY x.grantee, x.grantor
        ) AS e
    ) END AS acl,
    d.description AS comment,
    a.is_ AS "is",
    ARRAY[a.class, a.attrelid, a.attnum]::bigint[] AS address
FROM (
    SELECT
        n.nspname,
        c.tableoid AS class,
        c.relkind,
        a.attrelid,
        a.attname,
        a.attnum,
        a.attacl,
        -- what most columns have, and the rest only for those that have any of it: building objects costs most here
        jsonb_strip_nulls(jsonb_build_object(
            'type', CASE WHEN c.relkind NOT IN ('v', 'm') THEN format_type(a.atttypid, a.atttypmod) END,
            'not null', nullif(a.attnotnull, false),
            'default', CASE a.attgenerated WHEN '' THEN pg_get_expr(v.adbin, v.adrelid) END
        ))
        || CASE
            WHEN
                a.attcollation <> t.typcollation
                OR a.attgenerated <> ''
                OR a.attidentity <> ''
                OR a.attstorage <> t.typstorage
                OR a.attcompression <> ''
                OR a.attstattarget >= 0
                OR a.attoptions IS NOT NULL
                OR a.attfdwoptions IS NOT NULL
                OR a.attinhcount > 0
                THEN jsonb_strip_nulls(jsonb_build_object(
                    'collation', CASE
                        WHEN c.relkind NOT IN ('v', 'm') AND a.attcollation <> t.typcollation
                            THEN a.attcollation::regcollation::text
                    END,
                    'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(v.adbin, v.adrelid) END,
                    'generated as', CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END,
                    'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
                    -- in a partition it is the sequence of its parent (from 17 on)
                    'identity options', CASE WHEN a.attidentity <> '' AND s.oid IS NOT NULL THEN jsonb_build_object(
                        'sequence', s.relname,
                        'type', format_type(s.seqtypid, NULL),
                        'start', s.seqstart,
                        'increment', s.seqincrement,
                        'min', s.seqmin,
                        'max', s.seqmax,
                        'cache', s.seqcache,
                        'cycle', s.seqcycle,
                        'persistence', CASE
                            WHEN s.relpersistence <> c.relpersistence
                                THEN CASE s.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'logged' END
                        END
                    ) END,
                    'storage', CASE
                        WHEN a.attstorage <> t.typstorage
                            THEN CASE a.attstorage
                                WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main'
                                ELSE 'extended'
                            END
                    END,
                    'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
                    -- none is -1 before 17, NULL since
                    'statistics', CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
                    'options', (
                        SELECT jsonb_object_agg(o.option_name, coalesce(o.option_value, ''))
                        FROM pg_options_to_table(a.attoptions) AS o
                    ),
                    'foreign options', (
                        SELECT jsonb_object_agg(o.option_name, coalesce(o.option_value, ''))
                        FROM pg_options_to_table(a.attfdwoptions) AS o
                    ),
                    'inherited', CASE WHEN a.attinhcount > 0 THEN true END,
                    'local', CASE WHEN a.attinhcount > 0 AND a.attislocal THEN true END
                ))
            ELSE jsonb_build_object()
        END AS is_
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
    INNER JOIN pg_catalog.pg_attribute AS a ON c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped
    INNER JOIN pg_catalog.pg_type AS t ON a.atttypid = t.oid
    LEFT JOIN pg_catalog.pg_attrdef AS v ON a.attrelid = v.adrelid AND a.attnum = v.adnum
    LEFT JOIN (
        SELECT
            p.refobjid,
            p.refobjsubid,
            r.oid,
            r.relname,
            r.relpersistence,
            q.*
        FROM pg_catalog.pg_sequence AS q
        INNER JOIN pg_catalog.pg_class AS r ON q.seqrelid = r.oid
        INNER JOIN pg_catalog.pg_depend AS p
            ON
                p.classid = 'pg_catalog.pg_class'::regclass AND q.seqrelid = p.objid
                AND p.refclassid = 'pg_catalog.pg_class'::regclass AND p.deptype = 'i'
    ) AS s ON a.attrelid = s.refobjid AND a.attnum = s.refobjsubid
    WHERE
        c.relkind IN ('r', 'p', 'f', 'v', 'm')
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
) AS a
LEFT JOIN pg_catalog.pg_description AS d
    ON a.attrelid = d.objoid AND a.class = d.classoid AND a.attnum = d.objsubid
WHERE
    a.relkind NOT IN ('v', 'm')
    OR a.is_ <> jsonb_build_object()
    OR a.attacl IS NOT NULL
    OR d.description IS NOT NULL
