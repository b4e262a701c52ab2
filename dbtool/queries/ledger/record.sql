-- Records a migration as applied, and drops the step states that it leaves behind. In the transaction of its work.
WITH steps AS (
    DELETE FROM {schema}._yoyo_log WHERE migration_hash = $1 AND operation = 'step'
),

applied AS (
    INSERT INTO {schema}._yoyo_migration (migration_hash, migration_id, applied_at_utc)
    VALUES ($1, $2, clock_timestamp() AT TIME ZONE 'UTC')
)

INSERT INTO {schema}._yoyo_log
(id, migration_hash, migration_id, operation, username, hostname, comment, created_at_utc)
VALUES (
    gen_random_uuid()::text, $1, $2, $3, $4, $5,
    $6 || CASE WHEN $7::boolean THEN coalesce(
        ' ms=' || round(extract(
            EPOCH FROM clock_timestamp() - nullif(current_setting('dbtool.started', true), '')::timestamptz
        ) * 1000)::text,
        ''
    ) ELSE '' END,
    clock_timestamp() AT TIME ZONE 'UTC'
)
RETURNING (regexp_match(comment, ' ms=(\d+)'))[1] AS ms
