-- The types that were made as such (enums, composites, domains, ranges, base and shell types), and what domains check.
SELECT
    'type' AS kind,
    n.nspname::text AS schema,
    '' AS parent,
    t.typname::text AS name,
    pg_get_userbyid(t.typowner)::text AS owner,
    coalesce(g.acl, ARRAY[]::text[]) AS acl,
    d.description AS comment,
    jsonb_strip_nulls(
        jsonb_build_object(
            'form', CASE
                WHEN NOT t.typisdefined THEN 'shell'
                ELSE CASE t.typtype
                    WHEN 'e' THEN 'enum' WHEN 'c' THEN 'composite' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range'
                    WHEN 'b' THEN 'base' ELSE t.typtype::text
                END
            END,
            'values', v.labels,
            'attributes', a.attributes
        )
        || CASE t.typtype
            WHEN 'd' THEN jsonb_build_object(
                'type', format_type(t.typbasetype, t.typtypmod),
                'collation', CASE WHEN t.typcollation <> b.typcollation THEN t.typcollation::regcollation::text END,
                'not null', nullif(t.typnotnull, false),
                -- from 17 on NOT NULL has a name: told where it is not the one that is given to it unasked
                'not null constraint', nullif(z.conname, t.typname || '_not_null'),
                'not null comment', q.description,
                'default', pg_get_expr(t.typdefaultbin, 0)
            )
            WHEN 'r' THEN jsonb_build_object(
                'subtype', format_type(r.rngsubtype, NULL),
                'subtype operator class', quote_ident(s.nspname) || '.' || quote_ident(o.opcname),
                'subtype operator class default', nullif(o.opcdefault, false),
                'collation', CASE WHEN r.rngcollation <> u.typcollation THEN r.rngcollation::regcollation::text END,
                'canonical', nullif(r.rngcanonical::regprocedure::text, '-'),
                'subtype difference', nullif(r.rngsubdiff::regprocedure::text, '-'),
                'multirange type', format_type(r.rngmultitypid, NULL)
            )
            WHEN 'b' THEN jsonb_build_object(
                'input', nullif(t.typinput::regprocedure::text, '-'),
                'output', nullif(t.typoutput::regprocedure::text, '-'),
                'receive', nullif(t.typreceive::regprocedure::text, '-'),
                'send', nullif(t.typsend::regprocedure::text, '-'),
                'modifier input', nullif(t.typmodin::regprocedure::text, '-'),
                'modifier output', nullif(t.typmodout::regprocedure::text, '-'),
                'analyze', nullif(t.typanalyze::regprocedure::text, '-'),
                'subscript', nullif(t.typsubscript::regprocedure::text, '-'),
                'length', CASE t.typlen WHEN -1 THEN 'variable' WHEN -2 THEN 'cstring' ELSE t.typlen::text END,
                'by value', nullif(t.typbyval, false),
                'alignment', CASE t.typalign
                    WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' WHEN 'd' THEN 'double'
                END,
                'storage', CASE t.typstorage
                    WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' WHEN 'm' THEN 'main'
                END,
                'category', t.typcategory::text,
                'preferred', nullif(t.typispreferred, false),
                'default', t.typdefault,
                'element', format_type(nullif(t.typelem, 0), NULL),
                'delimiter', t.typdelim::text,
                'collatable', nullif(t.typcollation <> 0, false)
            )
            ELSE jsonb_build_object()
        END
    ) AS "is",
    ARRAY[t.tableoid, t.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_type AS t
INNER JOIN pg_catalog.pg_namespace AS n ON t.typnamespace = n.oid
LEFT JOIN pg_catalog.pg_type AS b ON t.typbasetype = b.oid
LEFT JOIN pg_catalog.pg_range AS r ON t.oid = r.rngtypid
LEFT JOIN pg_catalog.pg_type AS u ON r.rngsubtype = u.oid
LEFT JOIN pg_catalog.pg_opclass AS o ON r.rngsubopc = o.oid
LEFT JOIN pg_catalog.pg_namespace AS s ON o.opcnamespace = s.oid
LEFT JOIN pg_catalog.pg_constraint AS z ON t.oid = z.contypid AND z.contype = 'n'
LEFT JOIN pg_catalog.pg_description AS q
    ON z.oid = q.objoid AND q.classoid = 'pg_catalog.pg_constraint'::regclass AND q.objsubid = 0
LEFT JOIN (
    SELECT
        l.enumtypid,
        jsonb_agg(l.enumlabel ORDER BY l.enumsortorder) AS labels
    FROM pg_catalog.pg_enum AS l
    GROUP BY l.enumtypid
) AS v ON t.oid = v.enumtypid
LEFT JOIN LATERAL (
    SELECT
        jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'name', c.attname,
            'type', format_type(c.atttypid, c.atttypmod),
            'collation', CASE WHEN c.attcollation <> y.typcollation THEN c.attcollation::regcollation::text END,
            'comment', w.description
        )) ORDER BY c.attnum) AS attributes
    FROM pg_catalog.pg_attribute AS c
    INNER JOIN pg_catalog.pg_type AS y ON c.atttypid = y.oid
    LEFT JOIN pg_catalog.pg_description AS w
        ON c.attrelid = w.objoid AND w.classoid = 'pg_catalog.pg_class'::regclass AND c.attnum = w.objsubid
    WHERE c.attrelid = t.typrelid AND c.attnum > 0 AND NOT c.attisdropped
) AS a ON t.typtype = 'c'
LEFT JOIN pg_catalog.pg_description AS d
    ON t.oid = d.objoid AND d.classoid = 'pg_catalog.pg_type'::regclass AND d.objsubid = 0
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
        FROM aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) AS x
        GROUP BY x.grantee, x.grantor
    ) AS e
) AS g ON true
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    -- internal are the types of tables and views, arrays, and the multiranges of ranges
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = t.oid AND e.deptype IN ('e', 'i')
    )
UNION ALL
SELECT
    'domain constraint',
    n.nspname::text,
    format_type(t.oid, NULL),
    k.conname::text,
    NULL,
    NULL::text[],
    d.description,
    jsonb_strip_nulls(jsonb_build_object(
        'type', CASE k.contype WHEN 'c' THEN 'check' ELSE k.contype::text END,
        'definition', regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''),
        'not valid', nullif(k.convalidated, true) IS NOT NULL OR NULL
    )),
    ARRAY[k.tableoid, k.oid, 0]::bigint[]
FROM pg_catalog.pg_constraint AS k
INNER JOIN pg_catalog.pg_type AS t ON k.contypid = t.oid
INNER JOIN pg_catalog.pg_namespace AS n ON t.typnamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON k.oid = d.objoid AND d.classoid = 'pg_catalog.pg_constraint'::regclass AND d.objsubid = 0
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND k.contype <> 'n'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e'
    )
