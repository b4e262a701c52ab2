-- Which view or materialized view reads which other.
SELECT DISTINCT
    r.ev_class::int8 AS reader,
    d.refobjid::int8 AS source
FROM pg_catalog.pg_rewrite AS r
INNER JOIN pg_catalog.pg_class AS v ON r.ev_class = v.oid
INNER JOIN pg_catalog.pg_depend AS d ON r.oid = d.objid AND d.classid = 'pg_catalog.pg_rewrite'::regclass
INNER JOIN pg_catalog.pg_class AS s ON d.refobjid = s.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
WHERE r.oid >= 16384 AND v.relkind IN ('v', 'm') AND s.relkind IN ('v', 'm') AND r.ev_class <> d.refobjid
ORDER BY 1, 2
