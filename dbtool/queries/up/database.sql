-- Whether the server has this database, and the size in bytes of the one that would be copied.
SELECT
    exists(SELECT FROM pg_catalog.pg_database AS d WHERE d.datname = %(database)s) AS there,
    (SELECT pg_catalog.pg_database_size(d.oid) FROM pg_catalog.pg_database AS d WHERE d.datname = %(main)s) AS size
