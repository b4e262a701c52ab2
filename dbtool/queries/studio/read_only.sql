-- Whether this session begins its transactions read-only. Qualified: nothing on a search_path comes in between.
SELECT pg_catalog.current_setting('default_transaction_read_only') OPERATOR(pg_catalog.=) 'on' AS read_only
