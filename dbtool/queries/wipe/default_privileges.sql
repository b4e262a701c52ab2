-- What takes each default privilege back to what the server would give by itself: manual, ALTER DEFAULT PRIVILEGES.
SELECT
    a.oid::int8 AS oid,
    'ALTER DEFAULT PRIVILEGES FOR ROLE ' || w.role || w.scope || ' REVOKE ALL ON ' || w.kind || ' FROM '
    || concat_ws(', ', CASE WHEN a.defaclnamespace = 0 THEN w.role END, g.grantees) || ' CASCADE'
    -- without a schema the owner's own privileges, and those of PUBLIC, stand in the list as well
    || CASE
        WHEN a.defaclnamespace = 0
            THEN
                '; ALTER DEFAULT PRIVILEGES FOR ROLE ' || w.role || ' GRANT ALL ON ' || w.kind || ' TO ' || w.role
                || CASE
                    WHEN a.defaclobjtype IN ('f', 'T')
                        THEN
                            '; ALTER DEFAULT PRIVILEGES FOR ROLE ' || w.role || ' GRANT ALL ON ' || w.kind || ' TO PUBLIC'
                    ELSE ''
                END
        ELSE ''
    END AS statements
FROM pg_catalog.pg_default_acl AS a
CROSS JOIN LATERAL (
    SELECT
        quote_ident(pg_get_userbyid(a.defaclrole)) AS role,
        coalesce(
            (
                SELECT ' IN SCHEMA ' || quote_ident(n.nspname)
                FROM pg_catalog.pg_namespace AS n
                WHERE n.oid = a.defaclnamespace
            ), ''
        ) AS scope,
        CASE a.defaclobjtype
            WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
            WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS'
        END AS kind
) AS w
CROSS JOIN LATERAL (
    SELECT string_agg(DISTINCT CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END, ', ')
        AS grantees
    FROM aclexplode(a.defaclacl) AS x
    WHERE a.defaclnamespace <> 0 OR x.grantee <> a.defaclrole
) AS g
ORDER BY a.oid
