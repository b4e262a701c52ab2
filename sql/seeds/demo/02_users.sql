-- The people of the demo tenant: eight cultures, more of them each year, few with a role beyond member.
--
-- dbtool: rows SEED_USERS = 400000
-- dbtool: table users

-- Whole numbers decide everything, and each row's come from its number alone, so the same seed number gives the same
-- rows on every machine: two hashes of 64 bits, of which each column takes a slice (>> and &).
WITH drawn AS (
    SELECT
        p.n,
        hashint8extended(p.n, 100 * s.number + 10) AS a,
        hashint8extended(p.n, 100 * s.number + 11) AS b,
        (p.n - 1) * 1000000 / s.users AS place -- from 0 for the first one to 1,000,000 behind the last one
    FROM part AS p
    CROSS JOIN seed AS s
),

-- Office hours of working days from 2019-01-07 on. The parabola rises ever more slowly, so later days have more rows.
-- MATERIALIZED: what stands before it is computed once, and not again for each column that needs it.
dated AS (
    SELECT
        d.*,
        d.place * (3000000 - d.place) / 2000000 * 1790 / 1000000 AS workday,
        (d.b & 65535) * 36000 >> 16 AS second
    FROM drawn AS d
),

timed AS MATERIALIZED (
    SELECT
        d.*,
        1546848000 + (d.workday / 5 * 7 + d.workday % 5) * 86400 + d.second AS created -- seconds since 1970
    FROM dated AS d
),

-- Eight names for each culture, in the same order in all lists.
listed AS (
    SELECT
        ARRAY[
            'Emma', 'James', 'Olivia', 'William', 'Charlotte', 'Henry', 'Amelia', 'George',
            'María', 'José', 'Lucía', 'Javier', 'Carmen', 'Andrés', 'Sofía', 'Miguel',
            'Ana', 'João', 'Beatriz', 'Thiago', 'Larissa', 'Rafael', 'Camila', 'Felipe',
            'Anna', 'Lukas', 'Jürgen', 'Katrin', 'Felix', 'Sabine', 'Björn', 'Greta',
            'Priya', 'Arjun', 'Ananya', 'Rohan', 'Kavya', 'Vikram', 'Meera', 'Sanjay',
            'Yuki', 'Haruto', 'Sakura', 'Kenji', 'Aoi', 'Takumi', 'Hina', 'Daichi',
            'Chidi', 'Ngozi', 'Emeka', 'Amara', 'Tunde', 'Folake', 'Ifeoma', 'Segun',
            'Fatima', 'Omar', 'Layla', 'Youssef', 'Noor', 'Khalid', 'Amina', 'Tariq'
        ] AS first_names,
        ARRAY[
            'Smith', 'Johnson', 'Taylor', 'Brown', 'Walker', 'Harris', 'Clarke', 'Wright',
            'García', 'Fernández', 'López', 'Martínez', 'Sánchez', 'Romero', 'Torres', 'Núñez',
            'Silva', 'Santos', 'Oliveira', 'Pereira', 'Araújo', 'Ribeiro', 'Gonçalves', 'Magalhães',
            'Müller', 'Schmidt', 'Weber', 'Fischer', 'Schäfer', 'Krüger', 'Hoffmann', 'Lindqvist',
            'Sharma', 'Patel', 'Iyer', 'Reddy', 'Mehta', 'Banerjee', 'Nair', 'Chopra',
            'Tanaka', 'Suzuki', 'Watanabe', 'Kobayashi', 'Yamamoto', 'Nakamura', 'Mori', 'Ishikawa',
            'Okafor', 'Adeyemi', 'Okonkwo', 'Balogun', 'Eze', 'Abiola', 'Nwosu', 'Ogunleye',
            'Haddad', 'Mansour', 'Khalil', 'Nasser', 'Farouk', 'Saleh', 'Rahman', 'Aziz'
        ] AS last_names,
        ARRAY[
            'emma', 'james', 'olivia', 'william', 'charlotte', 'henry', 'amelia', 'george',
            'maria', 'jose', 'lucia', 'javier', 'carmen', 'andres', 'sofia', 'miguel',
            'ana', 'joao', 'beatriz', 'thiago', 'larissa', 'rafael', 'camila', 'felipe',
            'anna', 'lukas', 'juergen', 'katrin', 'felix', 'sabine', 'bjoern', 'greta',
            'priya', 'arjun', 'ananya', 'rohan', 'kavya', 'vikram', 'meera', 'sanjay',
            'yuki', 'haruto', 'sakura', 'kenji', 'aoi', 'takumi', 'hina', 'daichi',
            'chidi', 'ngozi', 'emeka', 'amara', 'tunde', 'folake', 'ifeoma', 'segun',
            'fatima', 'omar', 'layla', 'youssef', 'noor', 'khalid', 'amina', 'tariq'
        ] AS first_in_mail,
        ARRAY[
            '.smith', '.johnson', '.taylor', '.brown', '.walker', '.harris', '.clarke', '.wright',
            '.garcia', '.fernandez', '.lopez', '.martinez', '.sanchez', '.romero', '.torres', '.nunez',
            '.silva', '.santos', '.oliveira', '.pereira', '.araujo', '.ribeiro', '.goncalves', '.magalhaes',
            '.mueller', '.schmidt', '.weber', '.fischer', '.schaefer', '.krueger', '.hoffmann', '.lindqvist',
            '.sharma', '.patel', '.iyer', '.reddy', '.mehta', '.banerjee', '.nair', '.chopra',
            '.tanaka', '.suzuki', '.watanabe', '.kobayashi', '.yamamoto', '.nakamura', '.mori', '.ishikawa',
            '.okafor', '.adeyemi', '.okonkwo', '.balogun', '.eze', '.abiola', '.nwosu', '.ogunleye',
            '.haddad', '.mansour', '.khalil', '.nasser', '.farouk', '.saleh', '.rahman', '.aziz'
        ] AS last_in_mail,
        ARRAY[
            '@example.com', '@example.org', '@example.net', '@mail.example.com',
            '@north.example.com', '@labs.example.org', '@studio.example.net', '@partners.example.com'
        ] AS domains,
        ARRAY[
            '{"locale": "en-US", "time_zone": "America/New_York"}',
            '{"locale": "en-GB", "time_zone": "Europe/London"}',
            '{"locale": "es-ES", "time_zone": "Europe/Madrid"}',
            '{"locale": "es-MX", "time_zone": "America/Mexico_City"}',
            '{"locale": "pt-BR", "time_zone": "America/Sao_Paulo"}',
            '{"locale": "pt-PT", "time_zone": "Europe/Lisbon"}',
            '{"locale": "de-DE", "time_zone": "Europe/Berlin"}',
            '{"locale": "de-AT", "time_zone": "Europe/Vienna"}',
            '{"locale": "en-IN", "time_zone": "Asia/Kolkata"}',
            '{"locale": "hi-IN", "time_zone": "Asia/Kolkata"}',
            '{"locale": "ja-JP", "time_zone": "Asia/Tokyo"}',
            '{"locale": "en-JP", "time_zone": "Asia/Tokyo"}',
            '{"locale": "en-NG", "time_zone": "Africa/Lagos"}',
            '{"locale": "en-GH", "time_zone": "Africa/Accra"}',
            '{"locale": "ar-EG", "time_zone": "Africa/Cairo"}',
            '{"locale": "ar-AE", "time_zone": "Asia/Dubai"}'
        ]::jsonb[] AS places,
        ARRAY[
            '{"title": "Software engineer", "preferences": {"theme": "dark", "digest": "daily"}}',
            '{"title": "Software engineer", "preferences": {"theme": "dark", "digest": "never", "beta": true}}',
            '{"title": "Senior engineer", "preferences": {"theme": "dark", "digest": "weekly"}}',
            '{"title": "Data analyst", "preferences": {"theme": "light", "digest": "daily"}}',
            '{"title": "Data engineer", "preferences": {"theme": "system", "digest": "weekly"}}',
            '{"title": "Product manager", "preferences": {"theme": "light", "digest": "daily"}}',
            '{"title": "Project manager", "preferences": {"theme": "light", "digest": "weekly"}}',
            '{"title": "Designer", "preferences": {"theme": "system", "digest": "weekly", "beta": true}}',
            '{"title": "Researcher", "preferences": {"theme": "light", "digest": "never"}}',
            '{"title": "Support specialist", "preferences": {"theme": "light", "digest": "daily"}}',
            '{"title": "Sales representative", "preferences": {"theme": "light", "digest": "daily"}}',
            '{"title": "Accountant", "preferences": {"theme": "light", "digest": "weekly"}}',
            '{"title": "Operations lead", "preferences": {"theme": "dark", "digest": "daily"}}',
            '{"title": "Technical writer", "preferences": {"theme": "system", "digest": "weekly"}}',
            '{"title": "Quality engineer", "preferences": {"theme": "dark", "digest": "weekly"}}',
            '{"preferences": {"theme": "system"}}'
        ]::jsonb[] AS jobs
),

-- In half of the names the last one comes from any culture.
named AS (
    SELECT
        t.*,
        1 + (t.a & 63) AS first_name,
        1 + CASE WHEN (t.a >> 6 & 1) = 0 THEN (t.a & 56) | (t.a >> 7 & 7) ELSE t.a >> 7 & 63 END AS last_name
    FROM timed AS t
)

SELECT
    '11111111-1111-1111-1111-111111111111'::uuid AS tenant_id,
    -- 48 bits that ascend, then bits of the hash: shaped as version 7, so that the index grows at its end.
    encode(
        int8send(((1546819200000 + 4 * n.n) << 16) | 28672 | (n.a >> 52 & 4095))
        || int8send((n.a & 4611686018427387903) | (1::bigint << 63)),
        'hex'
    )::uuid AS id,
    -- No name has a digit, so the number in it makes the address unique.
    l.first_in_mail[n.first_name] || l.last_in_mail[n.last_name] || n.n || l.domains[1 + (n.a >> 13 & 7)] AS email,
    l.first_names[n.first_name] || ' ' || l.last_names[n.last_name] AS name,
    CASE
        WHEN n.n = 1 THEN 'owner'
        WHEN (n.a >> 16 & 1023) = 0 THEN 'admin'
        WHEN (n.a >> 16 & 1023) < 130 THEN 'viewer'
        ELSE 'member'
    END AS role,
    CASE
        WHEN n.n = 1 THEN 'active'
        WHEN n.place >= 960000 AND (n.a >> 26 & 1) = 0 THEN 'invited'
        WHEN (n.a >> 26 & 127) < 8 THEN 'disabled'
        ELSE 'active'
    END AS status,
    l.places[1 + (n.a >> 3 & 7) * 2 + (n.a >> 33 & 1)] || l.jobs[1 + (n.a >> 34 & 15)] AS profile,
    to_timestamp(n.created) AS created_at,
    -- Somewhere between then and 2025-12-29, most of them soon after; the last sign-in most often of late.
    to_timestamp(n.created + ((1766966400 - n.created) * (n.b >> 16 & 1023) * (n.b >> 26 & 1023) >> 20)) AS updated_at,
    CASE
        WHEN n.place >= 960000 AND (n.a >> 26 & 1) = 0 AND n.n > 1 THEN NULL
        WHEN (n.b >> 56 & 31) = 0 THEN NULL
        ELSE to_timestamp(1766966400 - ((1766966400 - n.created) * (n.b >> 36 & 1023) * (n.b >> 46 & 1023) >> 20))
    END AS last_seen_at
FROM named AS n
CROSS JOIN listed AS l;
