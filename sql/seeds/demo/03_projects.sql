-- The projects of the demo tenant. Each belongs to somebody who was there already: few own many, most own one or none.
--
-- dbtool: rows SEED_PROJECTS = 300000
-- dbtool: table projects

-- As in 02_users.sql: hashes of the row's number decide everything, each column takes a slice of their bits.
WITH drawn AS (
    SELECT
        p.n,
        s.users,
        100 * s.number AS number,
        hashint8extended(p.n, 100 * s.number + 20) AS a,
        hashint8extended(p.n, 100 * s.number + 21) AS b,
        (p.n - 1) * 1000000 / s.projects AS place -- from 0 for the first one to 1,000,000 behind the last one
    FROM part AS p
    CROSS JOIN seed AS s
),

-- A week behind the users of the same place. The square of a number below 1 is most often small, so the
-- first users own the most.
dated AS (
    SELECT
        d.*,
        5 + d.place * (3000000 - d.place) / 2000000 * 1790 / 1000000 AS workday,
        (d.b & 65535) * 36000 >> 16 AS second,
        1 + ((d.place * d.users / 1000000) * ((d.a & 1048575) * (d.a & 1048575) >> 16) >> 24) AS owner
    FROM drawn AS d
),

timed AS MATERIALIZED (
    SELECT
        d.*,
        hashint8extended(d.owner, d.number + 10) AS owner_a, -- what 02_users.sql makes the owner's id of
        d.workday / 5 * 7 + d.workday % 5 AS day,
        1546848000 + (d.workday / 5 * 7 + d.workday % 5) * 86400 + d.second AS created -- seconds since 1970
    FROM dated AS d
),

listed AS (
    SELECT
        ARRAY[
            'WEB', 'SHOP', 'APP', 'DATA', 'BILL', 'AUTH', 'DOCS', 'OPS',
            'CRM', 'HR', 'LAB', 'NET', 'SEC', 'MAPS', 'MAIL', 'PAY',
            'EDU', 'FLEET', 'STOCK', 'GRID', 'FARM', 'CLIN', 'CITY', 'RAIL',
            'PORT', 'FILM', 'BOOK', 'MUSE', 'AIR', 'SOLAR', 'WATER', 'TRADE'
        ] AS keys,
        ARRAY[
            'Website', 'Online shop', 'Mobile app', 'Data warehouse', 'Invoicing', 'Single sign-on', 'Handbook',
            'Operations desk', 'Customer portal', 'Staff directory', 'Laboratory journal', 'Office network',
            'Security audit', 'Route planner', 'Newsletter', 'Payments', 'Course catalogue', 'Fleet tracking',
            'Warehouse scanner', 'Smart meters', 'Crop forecast', 'Patient intake', 'Citizen services', 'Timetable',
            'Container terminal', 'Film archive', 'Book catalogue', 'Museum guide', 'Air quality', 'Solar plant',
            'Water supply', 'Trade fair'
        ] AS subjects,
        ARRAY[
            ' redesign', ' migration', ' launch', ' pilot', ' relaunch', ' integration', ' clean-up', ' roll-out',
            ': research', ': accessibility', ': second phase', ': proof of concept',
            ' for partners', ' for Latin America', ' for Europe', ' for West Africa'
        ] AS activities,
        ARRAY[
            '',
            'Brings together what three teams keep apart today.',
            'Replaces the system that nobody dares to touch.',
            'The board wants a first result by the end of the quarter.',
            'Small steps, each of them in production within a week.',
            'Scope, risks and open questions are in the kick-off notes.',
            'Waits for the contract with the supplier.',
            'Follows the recommendations of the last review.'
        ] AS descriptions,
        ARRAY[
            '", "priority": "low", "billable": false}', '", "priority": "normal", "billable": false}',
            '", "priority": "normal", "billable": true}', '", "priority": "normal", "billable": true}',
            '", "priority": "high", "billable": true}', '", "priority": "high", "billable": false}',
            '", "priority": "urgent", "billable": true}', '"}'
        ] AS terms,
        ARRAY['EUR', 'USD', 'USD', 'GBP', 'BRL', 'INR', 'JPY', 'NGN'] AS currencies
)

SELECT
    '11111111-1111-1111-1111-111111111111'::uuid AS tenant_id,
    encode(
        int8send(((1546819200001 + 4 * t.n) << 16) | 28672 | (t.a >> 52 & 4095))
        || int8send((t.a & 4611686018427387903) | (1::bigint << 63)),
        'hex'
    )::uuid AS id,
    CASE
        WHEN t.users > 0 THEN encode(
            int8send(((1546819200000 + 4 * t.owner) << 16) | 28672 | (t.owner_a >> 52 & 4095))
            || int8send((t.owner_a & 4611686018427387903) | (1::bigint << 63)),
            'hex'
        )::uuid
    END AS owner_id,
    -- No prefix has a digit, so the number in it makes the key unique.
    l.keys[1 + (t.a >> 20 & 31)] || t.n AS key,
    l.subjects[1 + (t.a >> 20 & 31)] || l.activities[1 + (t.a >> 25 & 15)] AS title,
    l.descriptions[1 + (t.a >> 29 & 7)] AS description,
    CASE
        WHEN t.place >= 900000 AND (t.a >> 32 & 1) = 0 THEN 'planned'
        WHEN (t.a >> 33 & 1023) * 1000 > t.place THEN 'archived'
        ELSE 'active'
    END AS status,
    CASE
        WHEN (t.b >> 16 & 15) > 0 THEN '2019-01-07'::date + (t.day + (t.b >> 20 & 63))::integer
    END AS starts_on,
    CASE
        WHEN (t.b >> 16 & 15) > 2
            THEN '2019-01-07'::date + (t.day + (t.b >> 20 & 63) + 14 + (t.b >> 26 & 511))::integer
    END AS due_on,
    (
        '{"budget": ' || (1 + (t.b >> 35 & 63)) * 2500 || ', "currency": "'
        || l.currencies[1 + (t.b >> 41 & 7)] || l.terms[1 + (t.b >> 44 & 7)]
    )::jsonb AS metadata,
    to_timestamp(t.created) AS created_at,
    -- Somewhere between then and 2025-12-29, most of them soon after.
    to_timestamp(t.created + ((1766966400 - t.created) * (t.a >> 43 & 511) * (t.b >> 47 & 511) >> 18)) AS updated_at
FROM timed AS t
CROSS JOIN listed AS l;
