-- The settings of the transaction that wipes: names are qualified, waiting ends, a client that is gone is noticed.
SELECT
    set_config('search_path', '', true),
    set_config('lock_timeout', %(lock_timeout)s::text, true),
    set_config('client_min_messages', 'error', true)
