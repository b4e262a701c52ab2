-- Of each wanted extension: whether this server has its files, whether it is created here, and who may create it.
SELECT
    w.name,
    a.name IS NOT NULL AS available,
    a.installed_version IS NOT NULL AS installed,
    coalesce(v.superuser, true) AS superuser,
    coalesce(v.trusted, false) AS trusted
FROM unnest(%(names)s::text[]) WITH ORDINALITY AS w (name, number)
LEFT JOIN pg_catalog.pg_available_extensions AS a ON w.name = a.name
LEFT JOIN pg_catalog.pg_available_extension_versions AS v ON a.name = v.name AND a.default_version = v.version
ORDER BY w.number
