-- What is in this database beyond what a new one has, members of extensions left out: up to five names.
SELECT found.name
FROM (
    SELECT pg_describe_object('pg_catalog.pg_class'::regclass, c.oid, 0) AS name
    FROM pg_catalog.pg_class AS c
    WHERE
        c.oid >= 16384
        AND c.relnamespace NOT IN (
            SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname ~ '^pg_' OR n.nspname = 'information_schema'
        )
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend AS e
            WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
        )
    UNION ALL
    SELECT pg_describe_object('pg_catalog.pg_proc'::regclass, p.oid, 0)
    FROM pg_catalog.pg_proc AS p
    WHERE
        p.oid >= 16384
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend AS e
            WHERE e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e'
        )
    UNION ALL
    SELECT pg_describe_object('pg_catalog.pg_type'::regclass, t.oid, 0)
    FROM pg_catalog.pg_type AS t
    WHERE
        t.oid >= 16384 AND t.typtype IN ('d', 'e', 'r')
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend AS e
            WHERE e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e'
        )
    UNION ALL
    SELECT pg_describe_object('pg_catalog.pg_namespace'::regclass, n.oid, 0)
    FROM pg_catalog.pg_namespace AS n
    WHERE
        n.oid >= 16384 AND n.nspname !~ '^pg_'
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend AS e
            WHERE e.classid = 'pg_catalog.pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e'
        )
    UNION ALL
    SELECT 'large object ' || l.oid FROM pg_catalog.pg_largeobject_metadata AS l
) AS found
ORDER BY 1
LIMIT 5
