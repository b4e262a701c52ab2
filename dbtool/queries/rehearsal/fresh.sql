-- The next look at the statistics is a new one: manual, 27.2.2 "Viewing Statistics".
SELECT pg_catalog.pg_stat_clear_snapshot()
