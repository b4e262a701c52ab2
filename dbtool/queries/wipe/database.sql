-- A database of this server by its name, as seen from another one, and what of it hinders DROP DATABASE.
SELECT
    d.oid::int8 AS oid,
    -- as a text that is only run where the role may call it: permission is asked of a whole statement beforehand
    CASE
        WHEN has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
            THEN regexp_replace(
                query_to_xml('SELECT system_identifier FROM pg_catalog.pg_control_system()', FALSE, FALSE, '')::text,
                '.*<system_identifier>(\d+)<.*', '\1'
            )
        ELSE ''
    END AS system,
    coalesce(shobj_description(d.oid, 'pg_database'), '') AS comment,
    ARRAY(
        SELECT
            'pid ' || a.pid::text || ' (' || coalesce(nullif(a.application_name, ''), 'no name') || ', '
            || coalesce(a.usename, 'no role') || ' from ' || coalesce(host(a.client_addr), 'local socket')
            || CASE a.backend_type WHEN 'client backend' THEN '' ELSE ', ' || a.backend_type END || ')'
        FROM pg_catalog.pg_stat_activity AS a -- autovacuum gives way by itself
        WHERE a.datid = d.oid AND a.pid <> pg_backend_pid() AND coalesce(a.backend_type, '') <> 'autovacuum worker'
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
