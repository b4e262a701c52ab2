-- The age of two segments of the write-ahead log, by the end of their names (the timeline is not compared).
SELECT
    right(w.name, 16) AS segment,
    extract(EPOCH FROM pg_catalog.clock_timestamp() - max(w.modification))::double precision AS seconds
FROM pg_catalog.pg_ls_waldir() AS w
WHERE right(w.name, 16) = any(%(segments)s)
GROUP BY right(w.name, 16)
