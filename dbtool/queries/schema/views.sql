-- The views, plain and materialized.
SELECT
    CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END AS kind,
    n.nspname::text AS schema,
    '' AS parent,
    c.relname::text AS name,
    pg_get_userbyid(c.relowner)::text AS owner,
    coalesce(g.acl, ARRAY[]::text[]) AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'definition', rtrim(pg_get_viewdef(c.oid), ';'),
        -- what CREATE OR REPLACE VIEW has to leave as it is
        'columns', CASE WHEN c.relkind = 'v' THEN coalesce((
            SELECT
                jsonb_agg(
                    jsonb_build_array(
                        a.attname,
                        format_type(a.atttypid, a.atttypmod),
                        nullif(a.attcollation, 0)::regcollation::text
                    ) ORDER BY a.attnum
                )
            FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum > 0
        ), '[]') END,
        'options', (
            SELECT jsonb_object_agg(o.option_name, o.option_value)
            FROM pg_options_to_table(c.reloptions) AS o
            WHERE o.option_name <> 'check_option'
        ),
        'check option', (
            SELECT o.option_value FROM pg_options_to_table(c.reloptions) AS o WHERE o.option_name = 'check_option'
        ),
        'toast options', CASE WHEN t.reloptions IS NOT NULL THEN (
            SELECT jsonb_object_agg(o.option_name, coalesce(o.option_value, ''))
            FROM pg_options_to_table(t.reloptions) AS o
        ) END,
        'populated', nullif(c.relispopulated, true),
        'access method', nullif(m.amname, 'heap'),
        'tablespace', s.spcname,
        'clustered on', j.relname
    )) AS "is",
    ARRAY[c.tableoid, c.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON c.oid = d.objoid AND c.tableoid = d.classoid AND d.objsubid = 0
LEFT JOIN pg_catalog.pg_class AS t ON c.reltoastrelid = t.oid AND t.reloptions IS NOT NULL
LEFT JOIN pg_catalog.pg_am AS m ON c.relam = m.oid
LEFT JOIN pg_catalog.pg_tablespace AS s ON c.reltablespace = s.oid
LEFT JOIN pg_catalog.pg_index AS x ON c.oid = x.indrelid AND x.indisclustered
LEFT JOIN pg_catalog.pg_class AS j ON x.indexrelid = j.oid
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
    c.relkind IN ('v', 'm')
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
