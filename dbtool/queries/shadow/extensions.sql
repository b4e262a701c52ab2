-- Which of these extensions this server does not have.
SELECT wanted.name
FROM unnest(%(names)s::text []) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_available_extensions AS a WHERE a.name = wanted.name)
ORDER BY 1
