-- The first statement of each transaction that changes something: this transaction's settings, and the fence.
-- Key 2 says that a transaction is under way; the run's own key ($3) is held by the lock's connection as long
-- as the lock is. Where it can be had, the lock is gone, and the cast fails with the reason in its message.
SELECT
    set_config('lock_timeout', $1, true),
    set_config('statement_timeout', coalesce($2, current_setting('statement_timeout')), true),
    set_config('synchronous_commit', $5, true),
    set_config('client_connection_check_interval', $6, true),
    set_config('dbtool.started', clock_timestamp()::text, true),
    CASE
        WHEN NOT pg_try_advisory_xact_lock_shared($4::int, 2) THEN 'dbtool: another run has the migration lock'
        WHEN pg_try_advisory_xact_lock_shared($4::int, $3::int) THEN 'dbtool: this run lost its migration lock'
        ELSE '1'
    END::int AS fence
