-- The parts of these relations that a DROP ... CASCADE of something else can take from them.
SELECT
    f.class::oid::int8 AS class,
    f.oid::int8 AS oid,
    f.part::int8 AS part,
    i.type AS kind,
    i.identity,
    pg_get_userbyid(f.owner)::text AS owner
FROM (
    SELECT 'pg_catalog.pg_class'::regclass AS class, c.oid, a.attnum AS part, c.relowner AS owner
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_attribute AS a ON c.oid = a.attrelid
    WHERE c.oid = any(%(relations)s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'pg_catalog.pg_attrdef'::regclass, d.oid, 0, c.relowner
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_attrdef AS d ON c.oid = d.adrelid
    WHERE c.oid = any(%(relations)s::oid[])
    UNION ALL
    SELECT 'pg_catalog.pg_constraint'::regclass, k.oid, 0, c.relowner
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_constraint AS k ON c.oid = k.conrelid
    WHERE c.oid = any(%(relations)s::oid[])
    UNION ALL
    SELECT 'pg_catalog.pg_class'::regclass, x.indexrelid, 0, c.relowner
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_index AS x ON c.oid = x.indrelid
    WHERE c.oid = any(%(relations)s::oid[])
    UNION ALL
    SELECT 'pg_catalog.pg_trigger'::regclass, t.oid, 0, c.relowner
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_trigger AS t ON c.oid = t.tgrelid
    WHERE c.oid = any(%(relations)s::oid[]) AND NOT t.tgisinternal
    UNION ALL
    SELECT 'pg_catalog.pg_policy'::regclass, p.oid, 0, c.relowner
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_policy AS p ON c.oid = p.polrelid
    WHERE c.oid = any(%(relations)s::oid[])
    UNION ALL
    SELECT 'pg_catalog.pg_rewrite'::regclass, r.oid, 0, c.relowner
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_rewrite AS r ON c.oid = r.ev_class
    WHERE c.oid = any(%(relations)s::oid[])
) AS f
CROSS JOIN LATERAL pg_identify_object(f.class, f.oid, f.part) AS i
ORDER BY f.class, f.oid, f.part
