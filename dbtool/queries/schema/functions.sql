-- The functions, procedures and aggregates.
SELECT
    CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
    n.nspname::text AS schema,
    '' AS parent,
    quote_ident(p.proname) || '(' || CASE
        WHEN p.prokind <> 'a' THEN oidvectortypes(p.proargtypes)
        WHEN p.pronargs = 0 THEN '*'
        WHEN a.aggkind = 'n' THEN oidvectortypes(p.proargtypes)
        -- of a hypothetical-set aggregate with a variadic argument: written twice, stored once
        ELSE (
            SELECT
                concat_ws(
                    ' ',
                    string_agg(format_type(u.type, NULL), ', ' ORDER BY u.place)
                        FILTER (WHERE u.place <= a.aggnumdirectargs),
                    'ORDER BY',
                    string_agg(format_type(u.type, NULL), ', ' ORDER BY u.place)
                        FILTER (WHERE u.place > least(a.aggnumdirectargs, p.pronargs - 1))
                )
            FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u (type, place)
        )
    END || ')' AS name,
    pg_get_userbyid(p.proowner)::text AS owner,
    coalesce(g.acl, ARRAY[]::text[]) AS acl,
    d.description AS comment,
    jsonb_strip_nulls(
        jsonb_build_object(
            'arguments', pg_get_function_arguments(p.oid),
            'parallel', CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END,
            'depends on extensions', x.names
        )
        || CASE
            WHEN p.prokind <> 'a' THEN jsonb_build_object(
                'returns', pg_get_function_result(p.oid),
                'language', l.lanname,
                'window', nullif(p.prokind = 'w', false),
                'volatility', CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' END,
                'strict', nullif(p.proisstrict, false),
                'security definer', nullif(p.prosecdef, false),
                'leakproof', nullif(p.proleakproof, false),
                'cost', nullif(p.procost, CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END),
                'rows', CASE WHEN p.proretset THEN nullif(p.prorows, 1000) END,
                'support', nullif(p.prosupport::regprocedure::text, '-'),
                'transforms', (
                    SELECT jsonb_agg(format_type(u.type, NULL) ORDER BY format_type(u.type, NULL) COLLATE "C")
                    FROM unnest(p.protrftypes) AS u (type)
                ),
                'settings', (
                    SELECT jsonb_object_agg(split_part(u.setting, '=', 1), substr(u.setting, strpos(u.setting, '=') + 1))
                    FROM unnest(p.proconfig) AS u (setting)
                ),
                'body', CASE WHEN b.body IS NULL THEN p.prosrc END,
                'sql body', b.body,
                'library', p.probin
            )
            ELSE jsonb_build_object(
                'kind', CASE a.aggkind WHEN 'o' THEN 'ordered set' WHEN 'h' THEN 'hypothetical set' END,
                'state function', a.aggtransfn::regprocedure::text,
                'state type', format_type(a.aggtranstype, NULL),
                'state space', nullif(a.aggtransspace, 0),
                'final function', nullif(a.aggfinalfn::regprocedure::text, '-'),
                'final extra', nullif(a.aggfinalextra, false),
                'final modify', f.words ->> a.aggfinalmodify::text,
                'combine function', nullif(a.aggcombinefn::regprocedure::text, '-'),
                'serial function', nullif(a.aggserialfn::regprocedure::text, '-'),
                'deserial function', nullif(a.aggdeserialfn::regprocedure::text, '-'),
                'initial value', a.agginitval,
                'moving state function', nullif(a.aggmtransfn::regprocedure::text, '-'),
                'moving inverse function', nullif(a.aggminvtransfn::regprocedure::text, '-'),
                'moving state type', format_type(nullif(a.aggmtranstype, 0), NULL),
                'moving state space', nullif(a.aggmtransspace, 0),
                'moving final function', nullif(a.aggmfinalfn::regprocedure::text, '-'),
                'moving final extra', nullif(a.aggmfinalextra, false),
                'moving final modify', CASE WHEN a.aggmtransfn <> 0 THEN f.words ->> a.aggmfinalmodify::text END,
                'moving initial value', a.aggminitval,
                'sort operator', nullif(a.aggsortop::regoperator::text, '0')
            )
        END
    ) AS "is",
    ARRAY[p.tableoid, p.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_proc AS p
INNER JOIN pg_catalog.pg_namespace AS n ON p.pronamespace = n.oid
INNER JOIN pg_catalog.pg_language AS l ON p.prolang = l.oid
LEFT JOIN pg_catalog.pg_aggregate AS a ON p.oid = a.aggfnoid
CROSS JOIN (
    SELECT jsonb_build_object('r', 'read only', 's', 'shareable', 'w', 'read write') AS words
) AS f
CROSS JOIN LATERAL (SELECT pg_get_function_sqlbody(p.oid) AS body) AS b
LEFT JOIN (
    SELECT
        e.objid,
        jsonb_agg(q.extname ORDER BY q.extname) AS names
    FROM pg_catalog.pg_depend AS e
    INNER JOIN pg_catalog.pg_extension AS q ON e.refobjid = q.oid
    WHERE
        e.classid = 'pg_catalog.pg_proc'::regclass
        AND e.refclassid = 'pg_catalog.pg_extension'::regclass
        AND e.deptype = 'x'
    GROUP BY e.objid
) AS x ON p.oid = x.objid
LEFT JOIN pg_catalog.pg_description AS d
    ON p.oid = d.objoid AND d.classoid = 'pg_catalog.pg_proc'::regclass AND d.objsubid = 0
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
        FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS x
        GROUP BY x.grantee, x.grantor
    ) AS e
) AS g ON true
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    -- internal are the constructors of range types
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i')
    )
