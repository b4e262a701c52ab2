-- The databases that were made for git branches beside a main one: those whose names begin with its name and _.
SELECT
    d.datname::text AS database,
    pg_catalog.pg_database_size(d.oid) AS size,
    coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), '') AS comment
FROM pg_catalog.pg_database AS d
WHERE pg_catalog.starts_with(d.datname::text, %(main)s || '_')
ORDER BY d.datname
