-- The triggers of a table as they would be made, and which are switched off, or on for replication.
SELECT
    tgname::text AS name,
    pg_get_triggerdef(oid) AS definition,
    tgenabled::text AS enabled
FROM pg_catalog.pg_trigger
WHERE tgrelid = %(table)s::regclass AND NOT tgisinternal
ORDER BY tgname
