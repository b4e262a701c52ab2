-- Which column of which relation each column of a simple view is: one query, without outer joins and grouping sets.
SELECT
    r.ev_class::bigint AS relation,
    o.found[1]::int AS number,
    o.found[2]::bigint AS origin,
    o.found[3]::int AS origin_number
FROM pg_catalog.pg_rewrite AS r
INNER JOIN pg_catalog.pg_class AS c ON r.ev_class = c.oid AND c.relkind IN ('v', 'm')
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
-- The stored tree: the manual has pg_get_viewdef() alone, which names no origin (TargetEntry in primnodes.h has it).
CROSS JOIN LATERAL (SELECT r.ev_action::text AS tree) AS t
CROSS JOIN LATERAL regexp_matches(
    t.tree,
    ':resno (\d+) :resname (?:<>|(?:[^\s\\]|\\.)+) :ressortgroupref \d+ :resorigtbl (\d+) :resorigcol (\d+) :resjunk false',
    'g'
) AS o (found)
WHERE
    r.rulename = '_RETURN'
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND length(t.tree) - length(replace(t.tree, '{{QUERY ', '')) = length('{{QUERY ')
    AND t.tree !~ ':jointype [1-9]'
    AND t.tree !~ ':groupingSets \('
    AND o.found[3] <> '0'
