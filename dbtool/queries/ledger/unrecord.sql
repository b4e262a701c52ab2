-- Records a migration as rolled back. In the transaction of its work.
WITH unapplied AS (
    DELETE FROM {schema}._yoyo_migration WHERE migration_hash = $1
)

INSERT INTO {schema}._yoyo_log
(id, migration_hash, migration_id, operation, username, hostname, comment, created_at_utc)
VALUES (gen_random_uuid()::text, $1, $2, 'rollback', $3, $4, $5, clock_timestamp() AT TIME ZONE 'UTC')
RETURNING round(extract(
    EPOCH FROM clock_timestamp() - nullif(current_setting('dbtool.started', true), '')::timestamptz
) * 1000)::text AS ms
