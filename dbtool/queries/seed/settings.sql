-- The settings of a transaction that writes a part of a large seed set: the checksum's texts are the same everywhere,
-- and no commit waits for the disk, for a part and its record are there or gone together.
SELECT
    set_config('TimeZone', 'UTC', true),
    set_config('DateStyle', 'ISO, MDY', true),
    set_config('IntervalStyle', 'postgres', true),
    set_config('extra_float_digits', '1', true),
    set_config('bytea_output', 'hex', true),
    set_config('synchronous_commit', 'off', true),
    set_config('jit', 'off', true),
    set_config('lock_timeout', {lock_timeout}, true),
    set_config('statement_timeout', coalesce({statement_timeout}, current_setting('statement_timeout')), true)
