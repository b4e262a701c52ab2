-- What lies in pg_wal, for a role of pg_monitor: how much; when the segments were last written that hold the positions of
-- slots, by the name of the segment without its timeline; and how many segments still wait for the archiver.
WITH size AS MATERIALIZED (
    SELECT s.setting::bigint AS bytes
    FROM pg_catalog.pg_settings AS s
    WHERE s.name = 'wal_segment_size'
),

wanted AS MATERIALIZED (
    SELECT DISTINCT
        upper(
            lpad(pg_catalog.to_hex(div(p.lsn - '0/0'::pg_lsn, 4294967296)::bigint), 8, '0')
            || lpad(pg_catalog.to_hex(div(mod(p.lsn - '0/0'::pg_lsn, 4294967296), size.bytes)::bigint), 8, '0')
        ) AS segment
    FROM size
    CROSS JOIN pg_catalog.pg_replication_slots AS s
    CROSS JOIN LATERAL (VALUES (s.restart_lsn), (s.confirmed_flush_lsn)) AS p (lsn)
    WHERE p.lsn IS NOT NULL
),

files AS MATERIALIZED (
    SELECT
        f.size,
        extract(EPOCH FROM f.modification) AS written,
        substr(f.name, 9) AS segment
    FROM pg_catalog.pg_ls_waldir() AS f
    WHERE f.name ~ '^[0-9A-F]{24}$'
),

waiting AS MATERIALIZED (
    SELECT f.name
    FROM pg_catalog.pg_ls_archive_statusdir() AS f
    WHERE f.name ~ '^[0-9A-F]{24}\.ready$'
)

SELECT
    pg_catalog.jsonb_build_object(
        'wal', pg_catalog.jsonb_build_object(
            'bytes', (SELECT sum(f.size) FROM files AS f),
            'segments', (
                SELECT pg_catalog.jsonb_object_agg(f.segment, f.written)
                FROM files AS f
                INNER JOIN wanted AS w ON f.segment = w.segment
            ),
            'unarchived', (SELECT count(*) FROM waiting)
        )
    )
