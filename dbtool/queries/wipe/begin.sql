-- The settings of the transaction that wipes: names are looked up nowhere, and waiting for a lock ends.
SELECT
    set_config('search_path', '', true),
    set_config('lock_timeout', %(lock_timeout)s::text, true),
    set_config('client_min_messages', 'error', true)
