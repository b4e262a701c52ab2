-- The newest relation: one with a larger oid was made after it (oids of a throw-away database do not wrap around).
SELECT coalesce(max(c.oid::bigint), 0) AS last
FROM pg_catalog.pg_class AS c
