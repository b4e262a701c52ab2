-- The operators, operator classes and operator families, the last two with their members.
WITH members AS (
    -- those of a class depend on the class, those that were added to a family on the family
    SELECT
        e.refclassid AS class,
        e.refobjid AS oid,
        'operators' AS kind,
        m.amopstrategy AS number,
        m.amopstrategy || ' ' || m.amopopr::regoperator::text
        || coalesce(' FOR ORDER BY ' || quote_ident(s.nspname) || '.' || quote_ident(f.opfname), '') AS member
    FROM pg_catalog.pg_amop AS m
    INNER JOIN pg_catalog.pg_depend AS e ON e.classid = 'pg_catalog.pg_amop'::regclass AND m.oid = e.objid
    LEFT JOIN pg_catalog.pg_opfamily AS f ON m.amopsortfamily = f.oid
    LEFT JOIN pg_catalog.pg_namespace AS s ON f.opfnamespace = s.oid
    UNION ALL
    SELECT
        e.refclassid,
        e.refobjid,
        'functions',
        m.amprocnum,
        m.amprocnum || ' (' || format_type(m.amproclefttype, NULL) || ', ' || format_type(m.amprocrighttype, NULL)
        || ') ' || m.amproc::regprocedure::text
    FROM pg_catalog.pg_amproc AS m
    INNER JOIN pg_catalog.pg_depend AS e ON e.classid = 'pg_catalog.pg_amproc'::regclass AND m.oid = e.objid
),

lists AS (
    SELECT
        class,
        oid,
        jsonb_agg(member ORDER BY number, member COLLATE "C") FILTER (WHERE kind = 'operators') AS operators,
        jsonb_agg(member ORDER BY number, member COLLATE "C") FILTER (WHERE kind = 'functions') AS functions
    FROM members
    WHERE class IN ('pg_catalog.pg_opclass'::regclass, 'pg_catalog.pg_opfamily'::regclass)
    GROUP BY class, oid
)

SELECT
    'operator' AS kind,
    n.nspname::text AS schema,
    '' AS parent,
    o.oprname || '(' || CASE o.oprleft WHEN 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END || ', '
    || CASE o.oprright WHEN 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END || ')' AS name,
    pg_get_userbyid(o.oprowner)::text AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'function', o.oprcode::regprocedure::text,
        'left', format_type(nullif(o.oprleft, 0), NULL),
        'right', format_type(nullif(o.oprright, 0), NULL),
        -- dropping an operator can leave its number behind in another
        'commutator', c.oid::regoperator::text,
        'negator', g.oid::regoperator::text,
        'restrict', nullif(o.oprrest::regprocedure::text, '-'),
        'join', nullif(o.oprjoin::regprocedure::text, '-'),
        'hashes', nullif(o.oprcanhash, false),
        'merges', nullif(o.oprcanmerge, false)
    )) AS "is",
    ARRAY[o.tableoid, o.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_operator AS o
INNER JOIN pg_catalog.pg_namespace AS n ON o.oprnamespace = n.oid
LEFT JOIN pg_catalog.pg_operator AS c ON o.oprcom = c.oid
LEFT JOIN pg_catalog.pg_operator AS g ON o.oprnegate = g.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON o.oid = d.objoid AND d.classoid = 'pg_catalog.pg_operator'::regclass AND d.objsubid = 0
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    -- without a function: only promised, as the commutator or negator of another
    AND o.oprcode <> 0
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_operator'::regclass AND e.objid = o.oid AND e.deptype = 'e'
    )
UNION ALL
SELECT
    'operator class',
    n.nspname::text,
    '',
    quote_ident(o.opcname) || ' USING ' || quote_ident(m.amname),
    pg_get_userbyid(o.opcowner)::text,
    NULL::text[],
    d.description,
    jsonb_strip_nulls(jsonb_build_object(
        'type', format_type(o.opcintype, NULL),
        'default', nullif(o.opcdefault, false),
        'family', quote_ident(s.nspname) || '.' || quote_ident(f.opfname),
        'storage', format_type(nullif(o.opckeytype, 0), NULL),
        'operators', l.operators,
        'functions', l.functions
    )),
    ARRAY[o.tableoid, o.oid, 0]::bigint[]
FROM pg_catalog.pg_opclass AS o
INNER JOIN pg_catalog.pg_namespace AS n ON o.opcnamespace = n.oid
INNER JOIN pg_catalog.pg_am AS m ON o.opcmethod = m.oid
INNER JOIN pg_catalog.pg_opfamily AS f ON o.opcfamily = f.oid
INNER JOIN pg_catalog.pg_namespace AS s ON f.opfnamespace = s.oid
LEFT JOIN lists AS l ON o.oid = l.oid AND l.class = 'pg_catalog.pg_opclass'::regclass
LEFT JOIN pg_catalog.pg_description AS d
    ON o.oid = d.objoid AND d.classoid = 'pg_catalog.pg_opclass'::regclass AND d.objsubid = 0
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_opclass'::regclass AND e.objid = o.oid AND e.deptype = 'e'
    )
UNION ALL
SELECT
    'operator family',
    n.nspname::text,
    '',
    quote_ident(o.opfname) || ' USING ' || quote_ident(m.amname),
    pg_get_userbyid(o.opfowner)::text,
    NULL::text[],
    d.description,
    jsonb_strip_nulls(jsonb_build_object('operators', l.operators, 'functions', l.functions)),
    ARRAY[o.tableoid, o.oid, 0]::bigint[]
FROM pg_catalog.pg_opfamily AS o
INNER JOIN pg_catalog.pg_namespace AS n ON o.opfnamespace = n.oid
INNER JOIN pg_catalog.pg_am AS m ON o.opfmethod = m.oid
LEFT JOIN lists AS l ON o.oid = l.oid AND l.class = 'pg_catalog.pg_opfamily'::regclass
LEFT JOIN pg_catalog.pg_description AS d
    ON o.oid = d.objoid AND d.classoid = 'pg_catalog.pg_opfamily'::regclass AND d.objsubid = 0
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_opfamily'::regclass AND e.objid = o.oid AND e.deptype = 'e'
    )
