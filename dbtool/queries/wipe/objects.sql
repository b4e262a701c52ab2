-- Every object of this database that is neither the system's nor a part of an extension, and whether it is the project's.
-- The project's are those of the current user, of a role that it inherits from explicitly (a superuser's implicit
-- membership does not count), of the ledger's owner, of the roles named on the command line, and of the database's
-- owner where the current user can act as it. What has no owner belongs to the owner of the function behind it.
WITH RECURSIVE myself AS (
    SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user
    UNION
    SELECT m.roleid
    FROM myself AS i
    INNER JOIN pg_catalog.pg_auth_members AS m ON i.oid = m.member
    INNER JOIN pg_catalog.pg_roles AS r ON m.member = r.oid
    -- from 16 on each grant says by itself whether it is inherited; who makes a role is granted it without
    WHERE coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, r.rolinherit)
),

project AS (
    SELECT i.oid FROM myself AS i
    UNION
    SELECT unnest(ARRAY[d.datdba, 'pg_database_owner'::regrole::oid])
    FROM pg_catalog.pg_database AS d
    WHERE d.datname = current_database() AND pg_has_role(d.datdba, 'USAGE')
    UNION
    SELECT c.relowner
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
    WHERE
        n.nspname = %(ledger)s::text
        AND c.relname IN ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
        AND c.relkind IN ('r', 'p')
    UNION
    SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = any(%(owners)s::text[])
),

-- names that begin with pg_ are the server's: manual, CREATE SCHEMA
spaces AS (
    SELECT
        n.oid,
        n.nspname,
        n.nspowner
    FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
),

found (class, oid, space, owner, kind) AS (
    SELECT 'pg_catalog.pg_namespace'::regclass, s.oid, s.oid, s.nspowner, 'schema'
    FROM spaces AS s
    UNION ALL
    SELECT 'pg_catalog.pg_class'::regclass, c.oid, c.relnamespace, c.relowner, NULL
    FROM pg_catalog.pg_class AS c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't'
    UNION ALL
    -- without the types that come with a table, the arrays and the multiranges
    SELECT 'pg_catalog.pg_type'::regclass, t.oid, t.typnamespace, t.typowner,
        CASE t.typtype WHEN 'd' THEN 'domain' END
    FROM pg_catalog.pg_type AS t
    WHERE
        t.typtype <> 'm'
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = t.typrelid AND c.relkind <> 'c'
        )
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_type AS e WHERE e.typarray = t.oid)
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::regclass, p.oid, p.pronamespace, p.proowner, NULL
    FROM pg_catalog.pg_proc AS p
    UNION ALL
    SELECT 'pg_catalog.pg_operator'::regclass, o.oid, o.oprnamespace, o.oprowner, NULL
    FROM pg_catalog.pg_operator AS o
    UNION ALL
    SELECT 'pg_catalog.pg_opclass'::regclass, o.oid, o.opcnamespace, o.opcowner, NULL
    FROM pg_catalog.pg_opclass AS o
    UNION ALL
    SELECT 'pg_catalog.pg_opfamily'::regclass, o.oid, o.opfnamespace, o.opfowner, NULL
    FROM pg_catalog.pg_opfamily AS o
    UNION ALL
    SELECT 'pg_catalog.pg_conversion'::regclass, c.oid, c.connamespace, c.conowner, NULL
    FROM pg_catalog.pg_conversion AS c
    UNION ALL
    SELECT 'pg_catalog.pg_collation'::regclass, c.oid, c.collnamespace, c.collowner, NULL
    FROM pg_catalog.pg_collation AS c
    UNION ALL
    SELECT 'pg_catalog.pg_ts_config'::regclass, c.oid, c.cfgnamespace, c.cfgowner, NULL
    FROM pg_catalog.pg_ts_config AS c
    UNION ALL
    SELECT 'pg_catalog.pg_ts_dict'::regclass, d.oid, d.dictnamespace, d.dictowner, NULL
    FROM pg_catalog.pg_ts_dict AS d
    UNION ALL
    SELECT 'pg_catalog.pg_ts_parser'::regclass, t.oid, t.prsnamespace, p.proowner, NULL
    FROM pg_catalog.pg_ts_parser AS t
    INNER JOIN pg_catalog.pg_proc AS p ON t.prsstart = p.oid
    UNION ALL
    SELECT 'pg_catalog.pg_ts_template'::regclass, t.oid, t.tmplnamespace, p.proowner, NULL
    FROM pg_catalog.pg_ts_template AS t
    INNER JOIN pg_catalog.pg_proc AS p ON t.tmpllexize = p.oid
    UNION ALL
    SELECT 'pg_catalog.pg_statistic_ext'::regclass, s.oid, s.stxnamespace, s.stxowner, NULL
    FROM pg_catalog.pg_statistic_ext AS s
    UNION ALL
    SELECT 'pg_catalog.pg_extension'::regclass, e.oid, e.extnamespace, e.extowner, NULL
    FROM pg_catalog.pg_extension AS e
    WHERE e.extname <> 'plpgsql'
    UNION ALL
    SELECT 'pg_catalog.pg_language'::regclass, l.oid, NULL, l.lanowner, NULL
    FROM pg_catalog.pg_language AS l
    UNION ALL
    SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass, f.oid, NULL, f.fdwowner, NULL
    FROM pg_catalog.pg_foreign_data_wrapper AS f
    UNION ALL
    SELECT 'pg_catalog.pg_foreign_server'::regclass, s.oid, NULL, s.srvowner, NULL
    FROM pg_catalog.pg_foreign_server AS s
    UNION ALL
    SELECT 'pg_catalog.pg_user_mapping'::regclass, u.umid, NULL, s.srvowner, NULL
    FROM pg_catalog.pg_user_mappings AS u
    INNER JOIN pg_catalog.pg_foreign_server AS s ON u.srvid = s.oid
    UNION ALL
    SELECT 'pg_catalog.pg_event_trigger'::regclass, e.oid, NULL, e.evtowner, NULL
    FROM pg_catalog.pg_event_trigger AS e
    UNION ALL
    SELECT 'pg_catalog.pg_publication'::regclass, p.oid, NULL, p.pubowner, NULL
    FROM pg_catalog.pg_publication AS p
    UNION ALL
    SELECT 'pg_catalog.pg_subscription'::regclass, s.oid, NULL, s.subowner, NULL
    FROM pg_catalog.pg_subscription AS s
    INNER JOIN pg_catalog.pg_database AS d ON s.subdbid = d.oid
    WHERE d.datname = current_database()
    UNION ALL
    SELECT 'pg_catalog.pg_am'::regclass, a.oid, NULL, p.proowner, NULL
    FROM pg_catalog.pg_am AS a
    INNER JOIN pg_catalog.pg_proc AS p ON a.amhandler = p.oid
    UNION ALL
    SELECT 'pg_catalog.pg_cast'::regclass, c.oid, NULL, coalesce(p.proowner, greatest(s.typowner, t.typowner)), NULL
    FROM pg_catalog.pg_cast AS c
    INNER JOIN pg_catalog.pg_type AS s ON c.castsource = s.oid
    INNER JOIN pg_catalog.pg_type AS t ON c.casttarget = t.oid
    LEFT JOIN pg_catalog.pg_proc AS p ON c.castfunc = p.oid
    UNION ALL
    SELECT 'pg_catalog.pg_transform'::regclass, f.oid, NULL, p.proowner, NULL
    FROM pg_catalog.pg_transform AS f
    INNER JOIN pg_catalog.pg_proc AS p ON p.oid = coalesce(nullif(f.trffromsql::oid, 0), f.trftosql::oid)
    UNION ALL
    SELECT 'pg_catalog.pg_default_acl'::regclass, a.oid, nullif(a.defaclnamespace, 0), a.defaclrole, NULL
    FROM pg_catalog.pg_default_acl AS a
    UNION ALL
    -- all of one owner as one: there may be millions
    SELECT 'pg_catalog.pg_largeobject'::regclass, min(l.oid::int8)::oid, NULL, l.lomowner, 'large objects'
    FROM pg_catalog.pg_largeobject_metadata AS l
    GROUP BY l.lomowner
),

locked AS MATERIALIZED (
    SELECT coalesce(x.indrelid, l.relation) AS oid
    FROM pg_catalog.pg_locks AS l
    LEFT JOIN pg_catalog.pg_index AS x ON l.relation = x.indexrelid
    WHERE l.mode = 'AccessExclusiveLock' AND l.pid <> pg_backend_pid() AND l.relation IS NOT NULL
),

mine AS (
    SELECT
        f.*,
        e.oid IS NOT NULL AS member,
        coalesce(e.extowner, f.owner) IN (SELECT p.oid FROM project AS p)
        -- what has no owner, and stands on a function of the system, was made by a superuser
        OR (
            e.oid IS NULL AND coalesce(e.extowner, f.owner) = 10
            AND f.class IN (
                'pg_catalog.pg_ts_parser'::regclass, 'pg_catalog.pg_ts_template'::regclass,
                'pg_catalog.pg_am'::regclass, 'pg_catalog.pg_cast'::regclass, 'pg_catalog.pg_transform'::regclass
            )
            AND current_setting('is_superuser') = 'on'
        ) AS ours
    FROM found AS f
    LEFT JOIN pg_catalog.pg_depend AS d ON f.class = d.classid AND f.oid = d.objid AND d.objsubid = 0 AND d.deptype = 'e'
    LEFT JOIN pg_catalog.pg_extension AS e ON d.refobjid = e.oid
    WHERE
        f.oid >= 16384
        -- what the server made for another object goes with that: the constructors of a range
        AND (
            f.class = 'pg_catalog.pg_class'::regclass
            OR NOT EXISTS (
                SELECT FROM pg_catalog.pg_depend AS i
                WHERE i.classid = f.class AND i.objid = f.oid AND i.objsubid = 0 AND i.deptype = 'i'
            )
        )
        AND (f.space IS NULL OR f.class = 'pg_catalog.pg_extension'::regclass OR f.space IN (SELECT s.oid FROM spaces AS s))
)

SELECT
    m.class::oid::int8 AS class,
    m.oid::int8 AS oid,
    coalesce(m.kind, i.type) AS kind,
    coalesce(s.nspname, '')::text AS schema,
    coalesce(c.relname, '')::text AS name,
    CASE
        WHEN m.class = 'pg_catalog.pg_transform'::regclass
            THEN (
                SELECT format('FOR %%s LANGUAGE %%I', format_type(f.trftype, NULL), l.lanname)
                FROM pg_catalog.pg_transform AS f
                INNER JOIN pg_catalog.pg_language AS l ON f.trflang = l.oid
                WHERE f.oid = m.oid
            )
        -- with the modes of the arguments, and as an aggregate's are written; the path of search is empty
        WHEN p.oid IS NULL THEN i.identity ELSE format(
            '%%I.%%I(%%s)', s.nspname, p.proname,
            CASE WHEN p.prokind = 'a' AND p.pronargs = 0 THEN '*' ELSE pg_get_function_identity_arguments(p.oid) END
        )
    END AS identity,
    pg_get_userbyid(m.owner)::text AS owner,
    m.ours,
    EXISTS (
        SELECT FROM mine AS o
        WHERE
            m.class = 'pg_catalog.pg_namespace'::regclass AND o.space = m.oid AND NOT o.ours
            -- privileges for what is made in a schema go with it
            AND o.class <> 'pg_catalog.pg_default_acl'::regclass
    ) AS shared,
    -- the sequence of an identity goes with its table
    EXISTS (
        SELECT FROM pg_catalog.pg_depend AS d
        WHERE d.classid = m.class AND d.objid = m.oid AND d.objsubid = 0 AND d.deptype = 'i'
    ) AS internal,
    coalesce(c.relkind::text, '') AS relkind,
    coalesce(c.relispopulated, FALSE) AS populated,
    CASE
        WHEN m.kind = 'large objects'
            THEN (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata AS l WHERE l.lomowner = m.owner)
        WHEN c.relkind = 'r'
            THEN greatest(c.reltuples::int8, pg_stat_get_live_tuples(c.oid), 0)
        ELSE 0
    END AS rows,
    CASE
        WHEN c.relkind NOT IN ('r', 'm') OR c.oid IS NULL THEN 0
        -- the exact size needs a lock on the table and its indexes, and would wait for who has them
        WHEN c.oid IN (SELECT l.oid FROM locked AS l) THEN c.relpages * current_setting('block_size')::int8
        ELSE coalesce(pg_total_relation_size(c.oid), 0)
    END AS bytes,
    coalesce(
        (
            SELECT max(d.refobjid::int8)
            FROM pg_catalog.pg_depend AS d
            WHERE
                c.relkind = 'S' AND d.classid = m.class AND d.objid = m.oid AND d.refclassid = m.class
                AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
        ), 0
    ) AS owned_by
FROM mine AS m
CROSS JOIN LATERAL pg_identify_object(m.class, m.oid, 0) AS i
LEFT JOIN spaces AS s ON m.space = s.oid
LEFT JOIN pg_catalog.pg_class AS c ON m.class = 'pg_catalog.pg_class'::regclass AND m.oid = c.oid
LEFT JOIN pg_catalog.pg_proc AS p ON m.class = 'pg_catalog.pg_proc'::regclass AND m.oid = p.oid
WHERE
    NOT m.member AND i.identity IS NOT NULL
    AND NOT (m.class = 'pg_catalog.pg_namespace'::regclass AND s.nspname = 'public')
ORDER BY m.class, m.oid
