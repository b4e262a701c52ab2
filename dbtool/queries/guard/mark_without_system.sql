-- The same for a role that may not read the server's system identifier. Read-only.
SELECT
    d.datname AS database,
    ''::pg_catalog.text AS system,
    d.oid::bigint AS oid,
    coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), '') AS comment,
    pg_catalog.pg_has_role(d.datdba, 'USAGE') AS owner,
    pg_catalog.pg_is_in_recovery() AS standby
FROM pg_catalog.pg_database AS d
WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
