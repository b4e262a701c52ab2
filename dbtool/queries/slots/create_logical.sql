-- From which position a new logical slot keeps the log.
SELECT s.lsn::text AS lsn
FROM pg_catalog.pg_create_logical_replication_slot(%(name)s, %(plugin)s, FALSE, %(two_phase)s) AS s
