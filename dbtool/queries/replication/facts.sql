-- What one look at the server sees, as one JSON document. Whole rows of the statistics views, as to_jsonb() makes them:
-- a column that a version does not have is a key that is not there. Any role may run it; what a role may not see is null.
SELECT
    pg_catalog.jsonb_build_object(
        'at', extract(EPOCH FROM pg_catalog.clock_timestamp()),
        'version', pg_catalog.current_setting('server_version_num')::integer,
        'database', pg_catalog.current_database(),
        'system', (SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() AS c),
        'sees_all', pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'),
        'in_recovery', pg_catalog.pg_is_in_recovery(),
        'lsn', CASE
            WHEN pg_catalog.pg_is_in_recovery()
                THEN greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
            ELSE pg_catalog.pg_current_wal_lsn()
        END,
        'replay', CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.jsonb_build_object(
            'lsn', pg_catalog.pg_last_wal_replay_lsn(),
            'paused', pg_catalog.pg_is_wal_replay_paused(),
            'last_transaction_at', extract(EPOCH FROM pg_catalog.pg_last_xact_replay_timestamp())
        ) END,
        'redo_lsn', (SELECT c.redo_lsn FROM pg_catalog.pg_control_checkpoint() AS c),
        'slots', (
            SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) || pg_catalog.jsonb_build_object(
                'xmin_age', pg_catalog.age(s.xmin),
                'catalog_xmin_age', pg_catalog.age(s.catalog_xmin),
                'stats', pg_catalog.to_jsonb(t)
            ))
            FROM pg_catalog.pg_replication_slots AS s
            LEFT JOIN pg_catalog.pg_stat_replication_slots AS t ON s.slot_name = t.slot_name
        ),
        'senders', (
            SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) || pg_catalog.jsonb_build_object(
                'flush_lag', extract(EPOCH FROM r.flush_lag),
                'replay_lag', extract(EPOCH FROM r.replay_lag),
                'reply_time', extract(EPOCH FROM r.reply_time),
                'backend_start', extract(EPOCH FROM r.backend_start)
            ))
            FROM pg_catalog.pg_stat_replication AS r
        ),
        'receiver', (
            SELECT pg_catalog.to_jsonb(r) - 'conninfo'
            FROM pg_catalog.pg_stat_wal_receiver AS r
        ),
        'backends', (
            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'pid', a.pid,
                'type', a.backend_type,
                'user', a.usename,
                'database', a.datname,
                'application', a.application_name,
                'client', a.client_addr,
                'state', a.state,
                'wait', a.wait_event,
                'started', extract(EPOCH FROM a.backend_start),
                'transaction_started', extract(EPOCH FROM a.xact_start),
                'changed', extract(EPOCH FROM a.state_change),
                'xid', a.backend_xid,
                'query', left(a.query, 500)
            ))
            FROM pg_catalog.pg_stat_activity AS a
            WHERE
                a.pid <> pg_catalog.pg_backend_pid()
                AND (
                    a.backend_xid IS NOT NULL
                    OR a.backend_type = 'walsender'
                    OR a.pid IN (SELECT s.active_pid FROM pg_catalog.pg_replication_slots AS s)
                )
        ),
        -- A standby's worker that copies failover slots is an ordinary session here, under the standby's own name: what
        -- it asks for tells it.
        'slot_syncs', CASE WHEN pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') THEN (
            SELECT count(*)
            FROM pg_catalog.pg_stat_activity AS a
            WHERE
                a.backend_type = 'client backend'
                AND (
                    a.application_name ~ 'slotsync worker$'
                    OR a.query ~ '^SELECT slot_name, plugin, confirmed_flush_lsn'
                )
        ) END,
        'prepared', (
            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'gid', p.gid,
                'owner', p.owner,
                'database', p.database,
                'prepared', extract(EPOCH FROM p.prepared)
            ))
            FROM pg_catalog.pg_prepared_xacts AS p
        ),
        'subscriptions', (
            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'oid', s.oid,
                'name', s.subname,
                'database', d.datname,
                'enabled', s.subenabled,
                'slot', s.subslotname,
                'publications', s.subpublications,
                'workers', (
                    SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(w))
                    FROM pg_catalog.pg_stat_subscription AS w
                    WHERE s.oid = w.subid AND w.pid IS NOT NULL
                )
            ))
            FROM pg_catalog.pg_subscription AS s
            INNER JOIN pg_catalog.pg_database AS d ON s.subdbid = d.oid
        ),
        'archiver', (
            SELECT pg_catalog.to_jsonb(a) || pg_catalog.jsonb_build_object(
                'last_archived_time', extract(EPOCH FROM a.last_archived_time),
                'last_failed_time', extract(EPOCH FROM a.last_failed_time)
            )
            FROM pg_catalog.pg_stat_archiver AS a
        ),
        -- Rows written, by database: what tells a quiet database from one whose changes are not confirmed.
        'writes', (
            SELECT pg_catalog.jsonb_object_agg(d.datname, d.tup_inserted + d.tup_updated + d.tup_deleted)
            FROM pg_catalog.pg_stat_database AS d
            WHERE d.datname IS NOT NULL
        ),
        'publications', (SELECT pg_catalog.jsonb_agg(p.pubname) FROM pg_catalog.pg_publication AS p),
        'settings', (
            SELECT
                pg_catalog.jsonb_object_agg(
                    s.name, pg_catalog.jsonb_build_object(
                        -- connection strings and commands may hold passwords: whether they are set, and no more
                        'value', CASE
                            WHEN s.name = 'primary_conninfo'
                                THEN CASE WHEN s.setting ~ '\mdbname\s*=' THEN 'with dbname' ELSE 'without dbname' END
                            WHEN s.name ~ '_command$' THEN CASE WHEN s.setting IN ('', '(disabled)') THEN '' ELSE 'set' END
                            ELSE s.setting
                        END,
                        'unit', s.unit,
                        'context', s.context,
                        'pending_restart', s.pending_restart
                    )
                )
            FROM pg_catalog.pg_settings AS s
            WHERE s.name IN (
                'wal_level', 'max_slot_wal_keep_size', 'wal_keep_size', 'max_wal_size', 'min_wal_size', 'wal_segment_size',
                'max_replication_slots', 'max_wal_senders', 'idle_replication_slot_timeout', 'wal_sender_timeout',
                'wal_receiver_timeout', 'synchronous_standby_names', 'synchronous_commit', 'synchronized_standby_slots',
                'sync_replication_slots', 'hot_standby_feedback', 'primary_slot_name', 'primary_conninfo', 'archive_mode',
                'archive_command', 'archive_library', 'checkpoint_timeout', 'logical_decoding_work_mem',
                'max_prepared_transactions', 'recovery_min_apply_delay', 'max_logical_replication_workers',
                'max_standby_streaming_delay', 'idle_in_transaction_session_timeout', 'max_active_replication_origins'
            )
        )
    )
