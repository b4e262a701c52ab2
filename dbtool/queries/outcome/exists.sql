-- Whether an object of the whole cluster exists: a database, a tablespace or a subscription of this database.
SELECT CASE %(kind)s
    WHEN 'database' THEN EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = %(name)s)
    WHEN 'tablespace' THEN EXISTS (SELECT FROM pg_catalog.pg_tablespace WHERE spcname = %(name)s)
    ELSE EXISTS (
        SELECT FROM pg_catalog.pg_stat_subscription WHERE subname = %(name)s
    )
END AS found
