-- The resources of the demo tenant, each in a project that was there already: few projects have hundreds, most have
-- one or none. Without projects there are no resources.
--
-- dbtool: rows SEED_RESOURCES = 300000
-- dbtool: table resources

-- As in 02_users.sql: hashes of the row's number decide everything, each column takes a slice of their bits.
WITH drawn AS (
    SELECT
        p.n,
        s.projects,
        100 * s.number AS number,
        hashint8extended(p.n, 100 * s.number + 30) AS a,
        hashint8extended(p.n, 100 * s.number + 31) AS b,
        (p.n - 1) * 1000000 / s.resources AS place -- from 0 for the first one to 1,000,000 behind the last one
    FROM part AS p
    CROSS JOIN seed AS s
    WHERE s.projects > 0
),

-- Two weeks behind the users of the same place. 05_edges.sql finds the project by the same words.
dated AS (
    SELECT
        d.*,
        10 + d.place * (3000000 - d.place) / 2000000 * 1790 / 1000000 AS workday,
        (d.b & 65535) * 36000 >> 16 AS second,
        1 + ((d.place * d.projects / 1000000) * ((d.a & 1048575) * (d.a & 1048575) >> 16) >> 24) AS project,
        -- 1 document, 2 link, 3 image, 4 dataset
        CASE
            WHEN (d.a >> 20 & 127) < 70 THEN 1
            WHEN (d.a >> 20 & 127) < 96 THEN 2
            WHEN (d.a >> 20 & 127) < 118 THEN 3
            ELSE 4
        END AS kind
    FROM drawn AS d
),

timed AS MATERIALIZED (
    SELECT
        d.*,
        hashint8extended(d.project, d.number + 20) AS project_a, -- what 03_projects.sql makes the project's id of
        (d.b >> 26 & 15) * 3 / 4 + CASE d.kind WHEN 4 THEN 12 ELSE 4 END AS magnitude,
        1546848000 + (d.workday / 5 * 7 + d.workday % 5) * 86400 + d.second AS created -- seconds since 1970
    FROM dated AS d
),

-- Each list has a place for each kind, or sixteen of them.
listed AS (
    SELECT
        ARRAY['document', 'link', 'image', 'dataset'] AS kinds,
        ARRAY[
            'Style guide', 'Kick-off notes', 'Contract', 'Risk register', 'Meeting minutes', 'Architecture overview',
            'Test plan', 'Release notes', 'Handover', 'Budget', 'Interview guide', 'Requirements', 'Road map',
            'Incident report', 'Training material', 'Privacy assessment',
            'Issue board', 'Dashboard', 'Repository', 'Supplier''s site', 'Status page', 'Time sheet', 'Recording',
            'Survey', 'Mailing list', 'Calendar', 'Design file', 'Wiki', 'Build server', 'Tender', 'Map', 'Forum',
            'Logo', 'Screenshot', 'Wireframe', 'Floor plan', 'Whiteboard', 'Team photo', 'Diagram', 'Icon set',
            'Banner', 'Poster', 'Chart', 'Site photo', 'Mock-up', 'Aerial view', 'Sketch', 'Scan of the permit',
            'Visits by day', 'Orders', 'Sensor readings', 'Survey answers', 'Addresses', 'Price list', 'Journeys',
            'Stock levels', 'Weather', 'Ledger extract', 'Search terms', 'Support tickets', 'Measurements',
            'Delivery times', 'Translations', 'Access log'
        ] AS titles,
        ARRAY['', '', '', '', ' (draft)', ' (final)', ', first version', ', second version'] AS versions,
        ARRAY[
            'https://files.example.com/documents/', 'https://www.example.org/items/',
            'https://images.example.net/originals/', 's3://warehouse.example.com/datasets/'
        ] AS places,
        ARRAY['.pdf', '', '.png', '/'] AS endings,
        ARRAY['design', 'legal', 'finance', 'research', 'engineering', 'marketing', 'people', 'operations'] AS topics,
        ARRAY['public', 'internal', 'internal', 'confidential', 'archive', 'review', 'raw', 'template'] AS states,
        ARRAY[
            '{"format": "pdf", "licence": "proprietary", "version": ', '{"checked": true, "version": ',
            '{"format": "png", "width": 1920, "height": 1080, "licence": "CC-BY-4.0", "version": ',
            '{"format": "parquet", "columns": 12, "licence": "CC0-1.0", "version": '
        ] AS details
)

SELECT
    '11111111-1111-1111-1111-111111111111'::uuid AS tenant_id,
    encode(
        int8send(((1546819200002 + 4 * t.n) << 16) | 28672 | (t.a >> 52 & 4095))
        || int8send((t.a & 4611686018427387903) | (1::bigint << 63)),
        'hex'
    )::uuid AS id,
    encode(
        int8send(((1546819200001 + 4 * t.project) << 16) | 28672 | (t.project_a >> 52 & 4095))
        || int8send((t.project_a & 4611686018427387903) | (1::bigint << 63)),
        'hex'
    )::uuid AS project_id,
    l.kinds[t.kind] AS kind,
    l.titles[16 * t.kind - 15 + (t.a >> 27 & 15)] || l.versions[1 + (t.a >> 31 & 7)] AS title,
    l.places[t.kind] || t.project || '/' || t.n || l.endings[t.kind] AS uri,
    -- A number shifted: there are as many sizes between 1 and 2 MB as between 2 and 4 MB. Datasets are larger.
    CASE
        WHEN t.kind <> 2 THEN (1024 + (t.b >> 16 & 1023)) << t.magnitude::integer
    END AS size_bytes,
    CASE (t.a >> 34 & 3)
        WHEN 0 THEN ARRAY[]::text[]
        WHEN 1 THEN ARRAY[l.topics[1 + (t.a >> 36 & 7)]]
        ELSE ARRAY[l.topics[1 + (t.a >> 36 & 7)], l.states[1 + (t.a >> 39 & 7)]]
    END AS tags,
    (l.details[t.kind] || 1 + (t.b >> 30 & 7) || '}')::jsonb AS metadata,
    to_timestamp(t.created) AS created_at,
    -- Somewhere between then and 2025-12-29, most of them soon after.
    to_timestamp(t.created + ((1766966400 - t.created) * (t.a >> 42 & 511) * (t.b >> 33 & 511) >> 18)) AS updated_at
FROM timed AS t
CROSS JOIN listed AS l;
