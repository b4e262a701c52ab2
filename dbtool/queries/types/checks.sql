-- What the check constraints say that hold for every row, of tables ("relation") and of domains ("type").
SELECT
    k.conrelid::bigint AS relation,
    k.contypid::bigint AS type,
    k.conname::text AS name,
    pg_get_expr(k.conbin, k.conrelid) AS expression
FROM pg_catalog.pg_constraint AS k
INNER JOIN pg_catalog.pg_namespace AS n ON k.connamespace = n.oid
WHERE
    k.contype = 'c'
    AND k.convalidated
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.contypid, k.conname
