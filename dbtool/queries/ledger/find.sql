-- In which schemas yoyo's ledger tables lie.
SELECT
    n.nspname AS schema,
    EXISTS (
        SELECT FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attname = 'migration_hash' AND NOT a.attisdropped
    ) AS current
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
WHERE c.relname = '_yoyo_migration' AND c.relkind IN ('r', 'p')
ORDER BY n.nspname
