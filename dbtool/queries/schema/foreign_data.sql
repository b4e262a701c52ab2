-- Foreign-data wrappers, servers and user mappings; of options that are secrets by their name only that they are there.
SELECT
    'foreign-data wrapper' AS kind,
    '' AS schema,
    '' AS parent,
    f.fdwname::text AS name,
    pg_get_userbyid(f.fdwowner)::text AS owner,
    coalesce(g.acl, ARRAY[]::text[]) AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'handler', nullif(f.fdwhandler::regprocedure::text, '-'),
        'validator', nullif(f.fdwvalidator::regprocedure::text, '-'),
        'options', (
            SELECT
                jsonb_object_agg(
                    u.option_name,
                    CASE WHEN u.option_name ~* 'pass(word|wd|phrase|code)$|^(pwd|token)$|secret|[_-](key|token)$' THEN '(not read)' ELSE coalesce(u.option_value, '') END
                )
            FROM pg_options_to_table(f.fdwoptions) AS u
        )
    )) AS "is",
    ARRAY[f.tableoid, f.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_foreign_data_wrapper AS f
LEFT JOIN pg_catalog.pg_description AS d
    ON f.oid = d.objoid AND d.classoid = 'pg_catalog.pg_foreign_data_wrapper'::regclass AND d.objsubid = 0
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
        FROM aclexplode(coalesce(f.fdwacl, acldefault('F', f.fdwowner))) AS x
        GROUP BY x.grantee, x.grantor
    ) AS e
) AS g ON true
WHERE
    NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_foreign_data_wrapper'::regclass AND e.objid = f.oid AND e.deptype = 'e'
    )
UNION ALL
SELECT
    'server',
    '',
    '',
    s.srvname::text,
    pg_get_userbyid(s.srvowner)::text,
    coalesce(g.acl, ARRAY[]::text[]),
    d.description,
    jsonb_strip_nulls(jsonb_build_object(
        'wrapper', f.fdwname,
        'type', s.srvtype,
        'version', s.srvversion,
        'options', (
            SELECT
                jsonb_object_agg(
                    u.option_name,
                    CASE WHEN u.option_name ~* 'pass(word|wd|phrase|code)$|^(pwd|token)$|secret|[_-](key|token)$' THEN '(not read)' ELSE coalesce(u.option_value, '') END
                )
            FROM pg_options_to_table(s.srvoptions) AS u
        )
    )),
    ARRAY[s.tableoid, s.oid, 0]::bigint[]
FROM pg_catalog.pg_foreign_server AS s
INNER JOIN pg_catalog.pg_foreign_data_wrapper AS f ON s.srvfdw = f.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON s.oid = d.objoid AND d.classoid = 'pg_catalog.pg_foreign_server'::regclass AND d.objsubid = 0
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
        FROM aclexplode(coalesce(s.srvacl, acldefault('S', s.srvowner))) AS x
        GROUP BY x.grantee, x.grantor
    ) AS e
) AS g ON true
WHERE
    NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_foreign_server'::regclass AND e.objid = s.oid AND e.deptype = 'e'
    )
UNION ALL
SELECT
    'user mapping',
    '',
    quote_ident(m.srvname),
    m.usename::text,  -- public for PUBLIC: no role can have that name
    NULL,
    NULL::text[],
    NULL,
    jsonb_strip_nulls(jsonb_build_object(
        -- who may read them: the view pg_user_mappings, in system_views.sql
        'options', CASE
            WHEN
                m.umoptions IS NOT NULL OR current_setting('is_superuser') = 'on'
                OR (m.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE'))
                OR (
                    m.usename = current_user
                    AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE'))
                )
                THEN (
                    SELECT
                        jsonb_object_agg(
                            u.option_name,
                            CASE WHEN u.option_name ~* 'pass(word|wd|phrase|code)$|^(pwd|token)$|secret|[_-](key|token)$' THEN '(not read)' ELSE coalesce(u.option_value, '') END
                        )
                    FROM pg_options_to_table(m.umoptions) AS u
                )
            ELSE to_jsonb('(not readable by this role)'::text)
        END
    )),
    ARRAY['pg_catalog.pg_user_mapping'::regclass, m.umid, 0]::bigint[]
FROM pg_catalog.pg_user_mappings AS m
INNER JOIN pg_catalog.pg_foreign_server AS s ON m.srvid = s.oid
WHERE
    NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_user_mapping'::regclass AND e.objid = m.umid AND e.deptype = 'e'
    )
