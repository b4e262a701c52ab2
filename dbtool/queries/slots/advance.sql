-- Where a slot stands after it was moved on.
SELECT s.end_lsn::text AS lsn
FROM pg_catalog.pg_replication_slot_advance(%(name)s, %(position)s::pg_lsn) AS s
