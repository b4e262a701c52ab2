-- Which database this is, which of the named owners no role is called, the room for locks, and whose large objects lie here.
SELECT
    d.datname::text AS database,
    d.oid::int8 AS oid,
    current_user::text AS role,
    ARRAY(
        SELECT o FROM unnest(%(owners)s::text[]) AS o
        WHERE o NOT IN (SELECT r.rolname::text FROM pg_catalog.pg_roles AS r)
    ) AS unknown,
    current_setting('max_locks_per_transaction')::int AS locks_per_transaction,
    current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int AS transactions
FROM pg_catalog.pg_database AS d
WHERE d.datname = current_database()
