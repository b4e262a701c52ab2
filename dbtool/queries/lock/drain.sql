-- Whether no transaction of an earlier run is under way (key 2). The lock is given back at once.
SELECT pg_try_advisory_xact_lock(%(namespace)s, 2)
