-- How the users, projects and resources of the demo tenant hang together: an edge for each resource, three for each
-- project. Where there is nobody or nothing for an end, there is no edge.
--
-- dbtool: rows SEED_RESOURCES + 3 * SEED_PROJECTS
-- dbtool: table edges

-- What the edge of a row number is about: slot 0 is a resource's, the slots 1 to 3 are a project's.
WITH numbered AS (
    SELECT
        p.n,
        s.users,
        100 * s.number AS number,
        CASE WHEN p.n <= s.resources THEN 0 ELSE 1 + (p.n - s.resources - 1) % 3 END AS slot,
        CASE WHEN p.n <= s.resources THEN p.n ELSE 1 + (p.n - s.resources - 1) / 3 END AS item,
        CASE WHEN p.n <= s.resources THEN s.resources ELSE s.projects END AS items,
        CASE WHEN p.n <= s.resources THEN s.projects ELSE s.users END AS sources
    FROM part AS p
    CROSS JOIN seed AS s
    WHERE s.projects > 0
),

-- As in 02_users.sql, hashes decide everything. The relations are 1 project contains resource, 2 user owns project,
-- 3 user is member_of project, 4 project depends_on an earlier one. Slot 3 is a 4; in a third of the projects, and in
-- the first one, which has no earlier one, it is a second 3.
drawn AS MATERIALIZED (
    SELECT
        n.*,
        hashint8extended(n.n, n.number + 40) AS a,
        hashint8extended(n.item, n.number + 41) AS b, -- the same in all slots of a project
        -- What 04_resources.sql finds the project by, and 03_projects.sql the owner.
        hashint8extended(n.item, n.number + CASE n.slot WHEN 0 THEN 30 ELSE 20 END) & 1048575 AS skew,
        (n.item - 1) * 1000000 / n.items AS place,
        CASE
            WHEN n.slot < 3 THEN n.slot + 1
            WHEN n.item = 1 THEN 3
            WHEN n.users > 1 AND (hashint8extended(n.item, n.number + 41) >> 48 & 1023) < 341 THEN 3
            ELSE 4
        END AS relation
    FROM numbered AS n
    WHERE
        CASE n.slot
            WHEN 0 THEN TRUE
            WHEN 3 THEN n.item > 1 OR n.users > 1
            ELSE n.users > 0
        END
),

-- Who can be a member was there by then; the first two always. The second member is another one than the first: less
-- than a full round behind.
staffed AS (
    SELECT
        d.*,
        least(d.users, greatest(2, 1 + d.place * d.users / 1000000)) AS people
    FROM drawn AS d
),

met AS (
    SELECT
        s.*,
        s.people * (s.b & 16777215) >> 24 AS first_member,
        CASE s.slot WHEN 3 THEN 1 + ((s.people - 1) * (s.b >> 24 & 16777215) >> 24) ELSE 0 END AS further
    FROM staffed AS s
),

-- The ends by their numbers in their own files. A kind is 0 for a user, 1 for a project, 2 for a resource.
joined AS (
    SELECT
        m.*,
        CASE m.relation WHEN 1 THEN 1 WHEN 4 THEN 1 ELSE 0 END AS source_kind,
        CASE m.relation
            WHEN 3 THEN 1 + (m.first_member + m.further) % m.people
            WHEN 4 THEN m.item
            ELSE 1 + ((m.place * m.sources / 1000000) * (m.skew * m.skew >> 16) >> 24)
        END AS source,
        CASE m.relation WHEN 1 THEN 2 ELSE 1 END AS target_kind,
        CASE m.relation WHEN 4 THEN 1 + ((m.item - 1) * (m.b >> 24 & 16777215) >> 24) ELSE m.item END AS target,
        15 + m.place * (3000000 - m.place) / 2000000 * 1790 / 1000000
        + CASE WHEN m.relation > 2 THEN m.a & 7 ELSE 0 END AS workday
    FROM met AS m
),

-- The hashes that the other files make the ids of.
timed AS (
    SELECT
        j.*,
        hashint8extended(j.source, j.number + 10 + 10 * j.source_kind) AS source_a,
        hashint8extended(j.target, j.number + 10 + 10 * j.target_kind) AS target_a,
        1546848000 + (j.workday / 5 * 7 + j.workday % 5) * 86400
        + ((j.a >> 5 & 65535) * 36000 >> 16) AS created -- seconds since 1970
    FROM joined AS j
),

listed AS (
    SELECT
        ARRAY['user', 'project', 'resource']::entity_kind[] AS kinds,
        ARRAY['contains', 'owns', 'member_of', 'depends_on'] AS relations,
        -- eight for each relation
        ARRAY[
            '{}', '{}', '{}', '{"section": "inputs"}', '{"section": "results"}', '{"section": "drafts"}',
            '{"section": "inputs", "pinned": true}', '{"section": "results", "pinned": true}',
            '{}', '{}', '{"share": "sole"}', '{"share": "sole"}', '{"share": "sole"}', '{"share": "acting"}',
            '{"share": "joint"}', '{"share": "joint", "until": "handover"}',
            '{"as": "contributor"}', '{"as": "contributor", "hours": 8}', '{"as": "contributor", "hours": 16}',
            '{"as": "reviewer"}', '{"as": "reviewer", "hours": 4}', '{"as": "observer"}', '{"as": "sponsor"}',
            '{"as": "lead", "hours": 32}',
            '{"for": "data"}', '{"for": "data", "blocking": true}', '{"for": "budget", "blocking": true}',
            '{"for": "people"}', '{"for": "people", "blocking": true}', '{"for": "interface"}',
            '{"for": "interface", "blocking": true}', '{"for": "approval", "blocking": true}'
        ]::jsonb[] AS properties,
        ARRAY['1', '0.75', '0.5', '0.25']::real[] AS weights
)

SELECT
    '11111111-1111-1111-1111-111111111111'::uuid AS tenant_id,
    encode(
        int8send(((1546819200003 + 4 * t.n) << 16) | 28672 | (t.a >> 52 & 4095))
        || int8send((t.a & 4611686018427387903) | (1::bigint << 63)),
        'hex'
    )::uuid AS id,
    l.kinds[1 + t.source_kind] AS source_kind,
    encode(
        int8send(((1546819200000 + 4 * t.source + t.source_kind) << 16) | 28672 | (t.source_a >> 52 & 4095))
        || int8send((t.source_a & 4611686018427387903) | (1::bigint << 63)),
        'hex'
    )::uuid AS source_id,
    l.relations[t.relation] AS relation,
    l.kinds[1 + t.target_kind] AS target_kind,
    encode(
        int8send(((1546819200000 + 4 * t.target + t.target_kind) << 16) | 28672 | (t.target_a >> 52 & 4095))
        || int8send((t.target_a & 4611686018427387903) | (1::bigint << 63)),
        'hex'
    )::uuid AS target_id,
    l.weights[1 + CASE WHEN t.relation > 2 THEN t.a >> 21 & 3 ELSE 0 END] AS weight,
    l.properties[8 * t.relation - 7 + (t.a >> 23 & 7)] AS properties,
    to_timestamp(t.created) AS created_at,
    -- Somewhere between then and 2025-12-29, most of them soon after.
    to_timestamp(t.created + ((1766966400 - t.created) * (t.a >> 26 & 511) * (t.a >> 35 & 511) >> 18)) AS updated_at
FROM timed AS t
CROSS JOIN listed AS l;
