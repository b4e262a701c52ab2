-- Text search: parsers, templates, dictionaries, and configurations with what maps which token to which dictionaries.
SELECT
    'text search parser' AS kind,
    n.nspname::text AS schema,
    '' AS parent,
    p.prsname::text AS name,
    NULL AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'start', p.prsstart::regprocedure::text,
        'gettoken', p.prstoken::regprocedure::text,
        'end', p.prsend::regprocedure::text,
        'headline', nullif(p.prsheadline::regprocedure::text, '-'),
        'lextypes', p.prslextype::regprocedure::text
    )) AS "is",
    ARRAY[p.tableoid, p.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_ts_parser AS p
INNER JOIN pg_catalog.pg_namespace AS n ON p.prsnamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON p.oid = d.objoid AND d.classoid = 'pg_catalog.pg_ts_parser'::regclass AND d.objsubid = 0
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_ts_parser'::regclass AND e.objid = p.oid AND e.deptype = 'e'
    )
UNION ALL
SELECT
    'text search template',
    n.nspname::text,
    '',
    t.tmplname::text,
    NULL,
    NULL::text[],
    d.description,
    jsonb_strip_nulls(jsonb_build_object(
        'init', nullif(t.tmplinit::regprocedure::text, '-'),
        'lexize', t.tmpllexize::regprocedure::text
    )),
    ARRAY[t.tableoid, t.oid, 0]::bigint[]
FROM pg_catalog.pg_ts_template AS t
INNER JOIN pg_catalog.pg_namespace AS n ON t.tmplnamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON t.oid = d.objoid AND d.classoid = 'pg_catalog.pg_ts_template'::regclass AND d.objsubid = 0
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_ts_template'::regclass AND e.objid = t.oid AND e.deptype = 'e'
    )
UNION ALL
SELECT
    'text search dictionary',
    n.nspname::text,
    '',
    t.dictname::text,
    pg_get_userbyid(t.dictowner)::text,
    NULL::text[],
    d.description,
    jsonb_strip_nulls(jsonb_build_object(
        'template', quote_ident(s.nspname) || '.' || quote_ident(p.tmplname),
        'options', t.dictinitoption
    )),
    ARRAY[t.tableoid, t.oid, 0]::bigint[]
FROM pg_catalog.pg_ts_dict AS t
INNER JOIN pg_catalog.pg_namespace AS n ON t.dictnamespace = n.oid
INNER JOIN pg_catalog.pg_ts_template AS p ON t.dicttemplate = p.oid
INNER JOIN pg_catalog.pg_namespace AS s ON p.tmplnamespace = s.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON t.oid = d.objoid AND d.classoid = 'pg_catalog.pg_ts_dict'::regclass AND d.objsubid = 0
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_ts_dict'::regclass AND e.objid = t.oid AND e.deptype = 'e'
    )
UNION ALL
SELECT
    'text search configuration',
    n.nspname::text,
    '',
    c.cfgname::text,
    pg_get_userbyid(c.cfgowner)::text,
    NULL::text[],
    d.description,
    jsonb_strip_nulls(jsonb_build_object(
        'parser', quote_ident(s.nspname) || '.' || quote_ident(p.prsname),
        'mappings', m.mappings
    )),
    ARRAY[c.tableoid, c.oid, 0]::bigint[]
FROM pg_catalog.pg_ts_config AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.cfgnamespace = n.oid
INNER JOIN pg_catalog.pg_ts_parser AS p ON c.cfgparser = p.oid
INNER JOIN pg_catalog.pg_namespace AS s ON p.prsnamespace = s.oid
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(x.alias, x.dictionaries) AS mappings
    FROM (
        SELECT
            k.alias,
            jsonb_agg(q.mapdict::regdictionary::text ORDER BY q.mapseqno) AS dictionaries
        FROM ts_token_type(c.cfgparser) AS k
        INNER JOIN pg_catalog.pg_ts_config_map AS q ON k.tokid = q.maptokentype
        WHERE q.mapcfg = c.oid
        GROUP BY k.alias
    ) AS x
) AS m ON true
LEFT JOIN pg_catalog.pg_description AS d
    ON c.oid = d.objoid AND d.classoid = 'pg_catalog.pg_ts_config'::regclass AND d.objsubid = 0
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_ts_config'::regclass AND e.objid = c.oid AND e.deptype = 'e'
    )
