-- The tables that rows can be copied into, by the name that reaches each of them: for the one who misspelt it. Read-only.
SELECT c.oid::regclass::text AS name
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY name
