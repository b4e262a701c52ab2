-- What a table is, and who asks: whether policies are on and bind who is connected, and which schemas are not for all.
SELECT
    c.relname::text AS name,
    c.relrowsecurity AS row_security,
    r.rolsuper AS superuser,
    r.rolbypassrls AS bypasses,
    ARRAY(
        SELECT n.nspname::text
        FROM pg_catalog.pg_namespace AS n
        WHERE
            NOT has_schema_privilege('public', n.oid, 'USAGE')
            AND (
                n.oid = c.relnamespace
                OR n.nspname = 'public'
                OR n.oid IN (
                    SELECT p.pronamespace
                    FROM pg_catalog.pg_trigger AS t
                    INNER JOIN pg_catalog.pg_proc AS p ON t.tgfoid = p.oid
                    WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
                )
            )
        ORDER BY n.nspname
    ) AS closed_schemas
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_roles AS r ON r.rolname = current_user
WHERE c.oid = %(table)s::regclass
