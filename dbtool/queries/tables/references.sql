-- The foreign keys between tables, those of a partition told as its root's; columns as the referring table has them.
WITH RECURSIVE roots (oid, root) AS (
    SELECT
        c.oid,
        c.oid
    FROM pg_catalog.pg_class AS c
    WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition
    UNION ALL
    SELECT
        i.inhrelid,
        r.root
    FROM roots AS r
    INNER JOIN pg_catalog.pg_inherits AS i ON r.oid = i.inhparent
    INNER JOIN pg_catalog.pg_class AS c ON i.inhrelid = c.oid AND c.relispartition
)

SELECT
    child.root::bigint AS child,
    parent.root::bigint AS parent,
    k.conname::text AS name,
    k.condeferrable AS is_deferrable,
    coalesce((
        SELECT bool_or(NOT a.attnotnull)
        FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = k.conrelid AND a.attnum = any(k.conkey)
    ), false) AS is_nullable
FROM pg_catalog.pg_constraint AS k
INNER JOIN roots AS child ON k.conrelid = child.oid
INNER JOIN roots AS parent ON k.confrelid = parent.oid
WHERE k.contype = 'f' AND k.conparentid = 0
ORDER BY k.conname COLLATE "C", k.oid
