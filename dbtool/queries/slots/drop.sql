-- Nothing: the slot is gone. An active one is refused.
SELECT pg_catalog.pg_drop_replication_slot(%(name)s)
