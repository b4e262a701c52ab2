-- What the database says of itself, and who it is: the server's system identifier and its own oid. Read-only.
-- Everything is qualified: no search_path of a role, of the database or of PGOPTIONS can put its own in between.
SELECT
    d.datname AS database,
    c.system_identifier::pg_catalog.text AS system,
    d.oid::bigint AS oid,
    coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), '') AS comment,
    pg_catalog.pg_has_role(d.datdba, 'USAGE') AS owner,
    pg_catalog.pg_is_in_recovery() AS standby
FROM pg_catalog.pg_database AS d
CROSS JOIN pg_catalog.pg_control_system() AS c
WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
