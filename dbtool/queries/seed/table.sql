-- Where rows are to be copied into: the table that a name stands for, as PostgreSQL resolves it. Read-only.
-- has_before: a trigger sees each row before it is written, and may fill it in or leave it out (tgtype: ROW 1, BEFORE 2,
-- INSERT 4, INSTEAD 64). refers_to_itself: the foreign keys that another row of the same file can satisfy.
WITH tables AS (
    SELECT to_regclass(%(name)s::text)::oid AS oid
    UNION
    SELECT p.relid::oid FROM pg_catalog.pg_partition_tree(to_regclass(%(name)s::text)) AS p
)

SELECT
    c.oid::bigint AS oid,
    n.nspname AS schema,
    c.relname AS name,
    c.relkind::text AS kind,
    row_security_active(c.oid) AS row_security,
    EXISTS (
        SELECT FROM pg_catalog.pg_trigger AS t
        INNER JOIN tables AS s ON t.tgrelid = s.oid
        WHERE t.tgenabled <> 'D' AND (t.tgtype & 71) IN (7, 69)
    ) AS has_before,
    ARRAY(
        SELECT k.conname::text FROM pg_catalog.pg_constraint AS k
        INNER JOIN tables AS s ON k.conrelid = s.oid
        WHERE k.contype = 'f' AND k.confrelid IN (SELECT o.oid FROM tables AS o)
        ORDER BY k.conname
    ) AS refers_to_itself
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
WHERE c.oid = to_regclass(%(name)s::text)
