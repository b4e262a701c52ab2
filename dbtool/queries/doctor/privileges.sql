-- Of each need: whether its object is there and whose it is, and whether the role that will run has the right.
-- Ownership is what pg_has_role(..., 'USAGE') says: the owner's members that inherit own as well.
WITH needs AS (
    SELECT
        n.number,
        n.need,
        n.kind,
        n.name,
        string_to_array(n.schemas, E'\n') AS schemas,
        r.oid AS role,
        coalesce(quote_ident(r.rolname), n.role) AS role_quoted,
        r.rolsuper,
        r.rolcreaterole,
        r.rolcreatedb
    FROM unnest(%(needs)s::text[], %(kinds)s::text[], %(names)s::text[], %(schemas)s::text[], %(roles)s::text[])
        WITH ORDINALITY AS n (need, kind, name, schemas, role, number)
    LEFT JOIN pg_catalog.pg_roles AS r ON r.rolname = coalesce(nullif(n.role, ''), current_user)
),

objects AS (
    SELECT
        n.number,
        o.oid,
        o.owner,
        o.namespace,
        o.object,
        o.owned_as,
        o.free
    FROM needs AS n
    CROSS JOIN LATERAL (
        (
            SELECT
                c.oid,
                c.relowner AS owner,
                c.relnamespace AS namespace,
                CASE
                    WHEN n.kind = 'schema of' THEN c.relnamespace::regnamespace::text ELSE c.oid::regclass::text
                END AS object,
                -- the owner of an index is its table's
                CASE c.relkind
                    WHEN 'v' THEN 'VIEW ' WHEN 'm' THEN 'MATERIALIZED VIEW ' WHEN 'S' THEN 'SEQUENCE '
                    WHEN 'f' THEN 'FOREIGN TABLE ' WHEN 'c' THEN 'TYPE ' ELSE 'TABLE '
                END || coalesce(x.indrelid, c.oid)::regclass::text AS owned_as,
                true AS free
            FROM pg_catalog.pg_class AS c
            INNER JOIN pg_catalog.pg_namespace AS s ON c.relnamespace = s.oid
            LEFT JOIN pg_catalog.pg_index AS x ON c.oid = x.indexrelid
            WHERE n.kind IN ('relation', 'schema of') AND c.relname = n.name AND s.nspname = any(n.schemas)
            ORDER BY array_position(n.schemas, s.nspname::text)
            LIMIT 1
        )
        UNION ALL
        (
            SELECT
                t.oid,
                t.typowner,
                t.typnamespace,
                t.oid::regtype::text,
                'TYPE ' || t.oid::regtype::text,
                true
            FROM pg_catalog.pg_type AS t
            INNER JOIN pg_catalog.pg_namespace AS s ON t.typnamespace = s.oid
            WHERE n.kind = 'type' AND t.typname = n.name AND s.nspname = any(n.schemas)
            ORDER BY array_position(n.schemas, s.nspname::text)
            LIMIT 1
        )
        UNION ALL
        (
            -- arguments are not compared: where several have the name, one that is owned speaks for all
            SELECT
                p.oid,
                p.proowner,
                p.pronamespace,
                p.oid::regprocedure::text,
                'ROUTINE ' || p.oid::regprocedure::text,
                true
            FROM pg_catalog.pg_proc AS p
            INNER JOIN pg_catalog.pg_namespace AS s ON p.pronamespace = s.oid
            WHERE n.kind = 'function' AND p.proname = n.name AND s.nspname = any(n.schemas)
            ORDER BY pg_has_role(n.role, p.proowner, 'USAGE') DESC, array_position(n.schemas, s.nspname::text)
            LIMIT 1
        )
        UNION ALL
        SELECT
            s.oid,
            s.nspowner,
            s.oid,
            quote_ident(s.nspname),
            'SCHEMA ' || quote_ident(s.nspname),
            true
        FROM pg_catalog.pg_namespace AS s
        WHERE n.kind = 'schema' AND s.nspname = n.name
        UNION ALL
        SELECT
            d.oid,
            d.datdba,
            null,
            quote_ident(d.datname),
            'DATABASE ' || quote_ident(d.datname),
            true
        FROM pg_catalog.pg_database AS d
        WHERE n.kind = 'database' AND d.datname = coalesce(nullif(n.name, ''), current_database())
        UNION ALL
        SELECT
            e.oid,
            e.extowner,
            null,
            quote_ident(e.extname),
            '',
            true
        FROM pg_catalog.pg_extension AS e
        WHERE n.kind = 'extension' AND e.extname = n.name
        UNION ALL
        SELECT
            p.oid,
            p.pubowner,
            null,
            quote_ident(p.pubname),
            'PUBLICATION ' || quote_ident(p.pubname),
            true
        FROM pg_catalog.pg_publication AS p
        WHERE n.kind = 'publication' AND p.pubname = n.name
        UNION ALL
        SELECT
            l.oid,
            l.lanowner,
            null,
            quote_ident(l.lanname),
            'LANGUAGE ' || quote_ident(l.lanname),
            l.lanpltrusted
        FROM pg_catalog.pg_language AS l
        WHERE n.kind = 'language' AND l.lanname = n.name
        UNION ALL
        SELECT
            f.oid,
            f.fdwowner,
            null,
            quote_ident(f.fdwname),
            'FOREIGN DATA WRAPPER ' || quote_ident(f.fdwname),
            true
        FROM pg_catalog.pg_foreign_data_wrapper AS f
        WHERE n.kind = 'foreign data wrapper' AND f.fdwname = n.name
        UNION ALL
        SELECT
            r.oid,
            null,
            null,
            quote_ident(r.rolname),
            '',
            true
        FROM pg_catalog.pg_roles AS r
        WHERE n.kind = 'role' AND r.rolname = n.name
    ) AS o
)

SELECT
    n.role_quoted AS role,
    o.oid IS NOT NULL OR n.kind = 'cluster' AS found,
    coalesce(o.object, '') AS object,
    coalesce(o.owned_as, '') AS owned_as,
    coalesce(quote_ident(w.rolname), '') AS owner,
    coalesce(w.rolsuper, false) AS owner_superuser,
    CASE
        WHEN n.rolsuper THEN true
        WHEN n.kind = 'cluster'
            THEN (n.need = 'CREATEROLE' AND n.rolcreaterole) OR (n.need = 'CREATEDB' AND n.rolcreatedb)
        WHEN n.kind = 'role' THEN pg_has_role(n.role, o.oid, 'MEMBER')
        WHEN n.need = 'OWN' THEN pg_has_role(n.role, o.owner, 'USAGE')
        WHEN n.need = 'DROP'
            THEN
                pg_has_role(n.role, o.owner, 'USAGE')
                OR coalesce(pg_has_role(n.role, s.nspowner, 'USAGE'), false)
        WHEN n.kind IN ('schema', 'schema of') THEN has_schema_privilege(n.role, o.namespace, n.need)
        WHEN n.kind = 'database' THEN has_database_privilege(n.role, o.oid, n.need)
        WHEN n.kind = 'language' THEN o.free AND has_language_privilege(n.role, o.oid, n.need)
        WHEN n.kind = 'foreign data wrapper' THEN has_foreign_data_wrapper_privilege(n.role, o.oid, n.need)
        WHEN n.need = 'GRANT'
            THEN pg_has_role(n.role, o.owner, 'USAGE') OR has_table_privilege(
                n.role, o.oid,
                'SELECT WITH GRANT OPTION, INSERT WITH GRANT OPTION, UPDATE WITH GRANT OPTION, '
                || 'DELETE WITH GRANT OPTION, TRUNCATE WITH GRANT OPTION, REFERENCES WITH GRANT OPTION, '
                || 'TRIGGER WITH GRANT OPTION'
            )
        WHEN n.need = 'MAINTAIN'
            THEN
                pg_has_role(n.role, o.owner, 'USAGE')
                OR CASE
                    WHEN current_setting('server_version_num')::int >= 170000
                        THEN has_table_privilege(n.role, o.oid, n.need)
                    ELSE false
                END
        WHEN n.need IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
            THEN has_table_privilege(n.role, o.oid, n.need) OR has_any_column_privilege(n.role, o.oid, n.need)
        ELSE has_table_privilege(n.role, o.oid, n.need)
    END AS held,
    CASE
        WHEN NOT has_schema_privilege(n.role, o.namespace, 'USAGE') THEN o.namespace::regnamespace::text
        ELSE ''
    END AS closed
FROM needs AS n
LEFT JOIN objects AS o ON n.number = o.number
LEFT JOIN pg_catalog.pg_roles AS w ON o.owner = w.oid
LEFT JOIN pg_catalog.pg_namespace AS s ON o.namespace = s.oid
ORDER BY n.number
