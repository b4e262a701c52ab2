-- A database of this server by its name, as seen from another one, and what of it hinders DROP DATABASE.
SELECT
    d.oid::int8 AS oid,
    coalesce(shobj_description(d.oid, 'pg_database'), '') AS comment,
    ARRAY(
        SELECT
            'pid ' || a.pid::text || ' (' || coalesce(nullif(a.application_name, ''), 'no name') || ', '
            || coalesce(a.usename, 'no role') || ' from ' || coalesce(host(a.client_addr), 'local socket')
            || coalesce(', ' || nullif(a.backend_type, 'client backend'), '') || ')'
        FROM pg_catalog.pg_stat_activity AS a -- without those of the server itself, which give way: autovacuum has no role
        WHERE
            a.datid = d.oid AND a.pid <> pg_backend_pid() AND a.usesysid IS NOT NULL
            AND coalesce(a.backend_type, '') <> 'autovacuum worker'
        ORDER BY 1
    ) AS sessions,
    ARRAY(
        SELECT quote_ident(s.slot_name) || coalesce(' (pid ' || s.active_pid || ')', '')
        FROM pg_catalog.pg_replication_slots AS s
        WHERE s.database = d.datname AND s.active
        ORDER BY 1
    ) AS active_slots,
    ARRAY(
        SELECT s.slot_name::text
        FROM pg_catalog.pg_replication_slots AS s
        WHERE s.database = d.datname
        ORDER BY 1
    ) AS slots,
    ARRAY(
        SELECT quote_ident(s.subname) FROM pg_catalog.pg_subscription AS s WHERE s.subdbid = d.oid ORDER BY 1
    ) AS subscriptions,
    ARRAY(
        SELECT quote_literal(x.gid) FROM pg_catalog.pg_prepared_xacts AS x WHERE x.database = d.datname ORDER BY 1
    ) AS prepared
FROM pg_catalog.pg_database AS d
WHERE d.datname = %(database)s::text
