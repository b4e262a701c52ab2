-- The subscriptions of this database, without where they connect to: only superusers may read it, and it has passwords.
SELECT
    'subscription' AS kind,
    '' AS schema,
    '' AS parent,
    s.subname::text AS name,
    pg_get_userbyid(s.subowner)::text AS owner,
    NULL::text[] AS acl,
    d.description AS comment,
    jsonb_strip_nulls(jsonb_build_object(
        'publications', (SELECT jsonb_agg(u.name ORDER BY u.name COLLATE "C") FROM unnest(s.subpublications) AS u (name)),
        'enabled', s.subenabled,
        'slot', s.subslotname,
        'synchronous commit', s.subsynccommit,
        'binary', nullif(s.subbinary, false),
        'streaming', CASE s.substream::text
            WHEN 't' THEN 'on' WHEN 'true' THEN 'on' WHEN 'p' THEN 'parallel' ELSE 'off'
        END,
        'two phase', nullif(x.two_phase <> 'd', false),
        'disable on error', nullif(x.disable_on_error, false),
        'password required', nullif(x.password_required, true),
        'run as owner', nullif(x.run_as_owner, false),
        'origin', nullif(x.origin, 'any'),
        'failover', nullif(x.failover, false)
    )) AS "is",
    ARRAY['pg_catalog.pg_subscription'::regclass, s.oid, 0]::bigint[] AS address
FROM pg_catalog.pg_subscription AS s
INNER JOIN pg_catalog.pg_database AS b ON s.subdbid = b.oid
-- one that the server has not yet (15: the first two, 16: the next three, 17: the last) is this row's. Not by to_jsonb():
-- the whole row is for superusers
CROSS JOIN (
    SELECT
        NULL AS subtwophasestate,
        NULL::boolean AS subdisableonerr,
        NULL::boolean AS subpasswordrequired,
        NULL::boolean AS subrunasowner,
        NULL AS suborigin,
        NULL::boolean AS subfailover
) AS missing
INNER JOIN LATERAL (
    SELECT
        oid,
        subtwophasestate::text AS two_phase,
        subdisableonerr AS disable_on_error,
        subpasswordrequired AS password_required,
        subrunasowner AS run_as_owner,
        suborigin::text AS origin,
        subfailover AS failover
    FROM pg_catalog.pg_subscription
) AS x ON s.oid = x.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON s.oid = d.objoid AND d.classoid = 'pg_catalog.pg_subscription'::regclass AND d.objsubid = 0
WHERE
    b.datname = current_database()
