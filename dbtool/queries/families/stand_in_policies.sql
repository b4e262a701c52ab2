-- The policies of a table: to whom each applies (none: to all), and its conditions.
SELECT
    p.polname::text AS name,
    p.polcmd::text AS command,
    p.polpermissive AS permissive,
    ARRAY(
        SELECT r.rolname::text FROM pg_catalog.pg_roles AS r WHERE r.oid = ANY(p.polroles) ORDER BY r.rolname
    ) AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS using_,
    pg_get_expr(p.polwithcheck, p.polrelid) AS check_
FROM pg_catalog.pg_policy AS p
WHERE p.polrelid = %(table)s::regclass
ORDER BY p.polname
