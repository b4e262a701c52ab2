-- The logical slots of this database, and the process that reads from each.
SELECT
    s.slot_name::text AS name,
    coalesce(s.plugin::text, '') AS plugin,
    coalesce(s.active_pid, 0) AS pid,
    coalesce(a.application_name, '') AS application
FROM pg_catalog.pg_replication_slots AS s
LEFT JOIN pg_catalog.pg_stat_activity AS a ON s.active_pid = a.pid
WHERE s.database = current_database()
ORDER BY s.slot_name
