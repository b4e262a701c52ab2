-- Records how far a statement of a non-transactional migration has come: one row a statement.
WITH earlier AS (
    UPDATE {schema}._yoyo_log SET comment = $3, created_at_utc = clock_timestamp() AT TIME ZONE 'UTC'
    WHERE id = $1
    RETURNING id
)

INSERT INTO {schema}._yoyo_log
(id, migration_hash, migration_id, operation, username, hostname, comment, created_at_utc)
SELECT $1, $2, $4, 'step', $5, $6, $3, clock_timestamp() AT TIME ZONE 'UTC'
WHERE NOT EXISTS (SELECT FROM earlier)
