-- Tries for the migration lock (key 1) and, where it is had, holds this run's own key as well: a transaction
-- of this run whose lock is gone can tell by that key. Waits for nothing, and keeps neither xid nor snapshot.
-- The transaction stays open as long as the lock is held, so the server must not tire of it.
SELECT
    CASE
        WHEN pg_try_advisory_xact_lock(%(namespace)s, 1)
            THEN pg_try_advisory_xact_lock(%(namespace)s, %(run)s)
        ELSE false
    END AS taken,
    set_config('idle_in_transaction_session_timeout', '0', true) AS idle_timeout,
    -- a client whose network is gone without a word is noticed within a minute
    set_config('tcp_keepalives_idle', '30', true) AS keepalives_idle,
    set_config('tcp_keepalives_interval', '10', true) AS keepalives_interval,
    set_config('tcp_keepalives_count', '3', true) AS keepalives_count,
    CASE
        WHEN current_setting('server_version_num')::int >= 170000 THEN set_config('transaction_timeout', '0', true)
    END AS transaction_timeout
