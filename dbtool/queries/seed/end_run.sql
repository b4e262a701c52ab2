-- Records that a large seed set is written: its parts give way to one row for each file, with the checksum.
WITH parts AS (
    DELETE FROM {schema}._yoyo_log WHERE operation = 'seed-part' AND migration_hash = %(run)s
),

files AS (
    INSERT INTO {schema}._yoyo_log
    (id, migration_hash, migration_id, operation, username, hostname, comment, created_at_utc)
    SELECT gen_random_uuid()::text, %(run)s, f.file, 'seed', %(user)s, %(host)s, f.note,
        clock_timestamp() AT TIME ZONE 'UTC'
    FROM unnest(%(files)s::text[], %(notes)s::text[]) AS f (file, note)
)

UPDATE {schema}._yoyo_log SET comment = %(note)s, created_at_utc = clock_timestamp() AT TIME ZONE 'UTC'
WHERE id = %(run)s
