-- Whether a partition is still attached, and whether its detaching was begun.
SELECT inhdetachpending AS pending
FROM pg_catalog.pg_inherits
WHERE inhrelid = to_regclass(%(partition)s) AND inhparent = to_regclass(%(table)s)
