-- Foreign keys from a table of one owner, or of an extension, to a table of another.
SELECT
    k.conrelid::int8 AS child,
    k.confrelid::int8 AS parent,
    i.identity,
    pg_get_userbyid(c.relowner)::text AS owner,
    t.identity AS referenced
FROM pg_catalog.pg_constraint AS k
INNER JOIN pg_catalog.pg_class AS c ON k.conrelid = c.oid
INNER JOIN pg_catalog.pg_class AS p ON k.confrelid = p.oid
CROSS JOIN LATERAL pg_identify_object('pg_catalog.pg_constraint'::regclass, k.oid, 0) AS i
CROSS JOIN LATERAL pg_identify_object('pg_catalog.pg_class'::regclass, p.oid, 0) AS t
WHERE
    k.contype = 'f' AND k.conrelid <> k.confrelid
    AND (
        c.relowner <> p.relowner
        OR EXISTS (
            SELECT FROM pg_catalog.pg_depend AS d
            WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
        )
    )
ORDER BY i.identity
