-- What `feed` must know of a server before it reads a slot: the slot, the others' names, publications, limits.
SELECT
    pg_catalog.current_setting('server_version_num')::integer AS version,
    pg_catalog.current_database()::text AS database,
    pg_catalog.pg_is_in_recovery() AS in_recovery,
    pg_catalog.current_setting('wal_level') AS wal_level,
    pg_catalog.current_setting('max_replication_slots')::integer AS max_slots,
    pg_catalog.current_setting('max_wal_senders')::integer AS max_senders,
    CASE
        WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
        ELSE pg_catalog.pg_current_wal_flush_lsn()
    END::text AS lsn,
    array(SELECT p.pubname::text FROM pg_catalog.pg_publication AS p ORDER BY p.pubname) AS publications,
    array(SELECT s.slot_name::text FROM pg_catalog.pg_replication_slots AS s ORDER BY s.slot_name) AS slots,
    (
        SELECT pg_catalog.to_jsonb(s) || pg_catalog.jsonb_build_object('application', a.application_name)
        FROM pg_catalog.pg_replication_slots AS s
        LEFT JOIN pg_catalog.pg_stat_activity AS a ON s.active_pid = a.pid
        WHERE s.slot_name = %(slot)s
    ) AS slot
