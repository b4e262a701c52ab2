-- The strongest lock that this transaction holds on each relation of the project that was there before it.
SELECT DISTINCT ON (l.relation)
    l.relation::regclass::text AS relation,
    l.mode
FROM pg_catalog.pg_locks AS l
INNER JOIN pg_catalog.pg_class AS c ON l.relation = c.oid
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    l.locktype = 'relation'
    AND l.pid = pg_backend_pid()
    AND l.granted
    AND c.oid::bigint <= %(last)s::bigint
    AND c.relkind IN ('r', 'p', 'f', 'm', 'v', 'S')
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
ORDER BY
    l.relation,
    array_position(
        ARRAY[
            'AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock', 'ShareUpdateExclusiveLock',
            'RowExclusiveLock', 'RowShareLock', 'AccessShareLock'
        ], l.mode
    )
