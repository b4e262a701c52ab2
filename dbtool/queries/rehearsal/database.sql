-- The connected database, as pg_locks names it.
SELECT d.oid::bigint AS oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database()
