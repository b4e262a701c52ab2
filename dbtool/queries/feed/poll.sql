-- The next changes of a slot of our own, a temporary copy, which moves on behind them. Whole transactions, N changes or more.
SELECT
    c.lsn::text AS lsn,
    c.data
FROM
    pg_catalog.pg_logical_slot_get_binary_changes(
        %(slot)s::name, %(until)s::pg_lsn, %(number)s::integer, VARIADIC %(options)s::text []
    ) AS c
