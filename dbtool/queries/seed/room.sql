-- How many more connections the server, the database and the role have room for; -1 is no limit of its own.
SELECT
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - (SELECT count(*)::int FROM pg_catalog.pg_stat_activity AS a WHERE a.backend_type = 'client backend') AS server,
    (
        SELECT CASE WHEN d.datconnlimit < 0 THEN -1 ELSE greatest(d.datconnlimit - s.numbackends, 0) END
        FROM pg_catalog.pg_database AS d
        INNER JOIN pg_catalog.pg_stat_database AS s ON d.oid = s.datid
        WHERE d.datname = current_database()
    ) AS database,
    (
        SELECT CASE
            WHEN r.rolconnlimit < 0 OR r.rolsuper THEN -1
            ELSE greatest(r.rolconnlimit - (
                SELECT count(*)::int FROM pg_catalog.pg_stat_activity AS a WHERE a.usesysid = r.oid
            ), 0)
        END
        FROM pg_catalog.pg_roles AS r
        WHERE r.rolname = current_user
    ) AS role
