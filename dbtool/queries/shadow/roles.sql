-- Which of these roles this server does not have.
SELECT wanted.name
FROM unnest(%(names)s::text []) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = wanted.name)
ORDER BY 1
