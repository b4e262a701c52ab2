-- The transactions of this database that nobody works on: prepared ones, and sessions idle in theirs, with their age.
SELECT
    quote_literal(p.gid) AS gid,
    null::int AS pid,
    p.owner::text AS role,
    '' AS application,
    '' AS address,
    extract(EPOCH FROM clock_timestamp() - p.prepared)::float8 AS seconds
FROM pg_catalog.pg_prepared_xacts AS p
WHERE p.database = current_database() AND p.prepared < clock_timestamp() - make_interval(secs => %(older)s)
UNION ALL
SELECT
    null,
    a.pid,
    coalesce(a.usename, '')::text,
    coalesce(a.application_name, ''),
    coalesce(host(a.client_addr), 'local socket'),
    extract(EPOCH FROM clock_timestamp() - a.xact_start)::float8
FROM pg_catalog.pg_stat_activity AS a
WHERE
    a.datname = current_database() AND starts_with(a.state, 'idle in transaction')
    AND a.xact_start < clock_timestamp() - make_interval(secs => %(older)s)
    -- the migration lock is an idle transaction by design, and is told of by itself
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_locks AS l
        WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.classid = %(namespace)s
    )
ORDER BY seconds DESC
