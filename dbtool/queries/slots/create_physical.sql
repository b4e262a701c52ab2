-- From which position a new physical slot keeps the log: from now on, not from when a standby first connects.
SELECT s.lsn::text AS lsn
FROM pg_catalog.pg_create_physical_replication_slot(%(name)s, TRUE) AS s
