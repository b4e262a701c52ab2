-- Who we are to this server, what it is, and what its clock says.
SELECT
    current_user::text AS role,
    quote_ident(current_user) AS role_quoted,
    current_database()::text AS database,
    current_setting('server_version_num')::int AS version,
    current_setting('server_version') AS version_text,
    pg_is_in_recovery() AS in_recovery,
    current_setting('default_transaction_read_only')::bool AS read_only,
    clock_timestamp() AS clock,
    current_setting('search_path') AS search_path,
    current_schemas(false)::text[] AS schemas,
    r.rolsuper AS superuser,
    pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all_sessions,
    coalesce((
        SELECT p.rolname::text
        FROM pg_catalog.pg_roles AS p
        WHERE
            NOT r.rolsuper
            -- the role that a provider gives instead of a superuser; Supabase's "postgres" is no member of its own
            AND (
                (
                    p.rolname IN (
                        'rds_superuser', 'cloudsqlsuperuser', 'alloydbsuperuser', 'azure_pg_admin', 'neon_superuser'
                    ) AND pg_has_role(p.oid, 'MEMBER')
                )
                OR (p.rolname = 'supabase_admin' AND current_user = 'postgres')
            )
        ORDER BY p.rolname
        LIMIT 1
    ), '') AS provider
FROM pg_catalog.pg_roles AS r
WHERE r.rolname = current_user
