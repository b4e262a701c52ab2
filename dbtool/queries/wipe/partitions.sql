-- Which table is a partition of which.
SELECT
    i.inhrelid::int8 AS child,
    i.inhparent::int8 AS parent
FROM pg_catalog.pg_inherits AS i
INNER JOIN pg_catalog.pg_class AS c ON i.inhparent = c.oid
WHERE c.relkind = 'p'
ORDER BY i.inhparent, i.inhrelid
