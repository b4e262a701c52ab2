-- The first statement of a seed file's transaction: its settings, and the migration lock for as long as it lasts.
-- Tried, not waited for: a waiter has a snapshot, for which the CREATE INDEX CONCURRENTLY of a migrate would wait.
-- Where the lock is not had the cast fails, and the server skips what was sent behind it.
SELECT
    set_config('lock_timeout', $1, true),
    set_config('statement_timeout', coalesce($2, current_setting('statement_timeout')), true),
    CASE WHEN pg_try_advisory_xact_lock($3::int, 1) THEN '1' ELSE 'dbtool: the migration lock is held' END::int AS taken
