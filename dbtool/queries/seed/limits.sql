-- The time limits of a transaction that runs plain files of a large seed set.
SELECT
    set_config('lock_timeout', %(lock_timeout)s, true),
    set_config('statement_timeout', coalesce(%(statement_timeout)s, current_setting('statement_timeout')), true)
