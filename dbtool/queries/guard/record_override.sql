-- Writes down in the ledger's log that a refusal was overridden, by whom and why, before it is acted on.
INSERT INTO {schema}._yoyo_log
(id, migration_hash, migration_id, operation, username, hostname, comment, created_at_utc)
VALUES (
    gen_random_uuid()::text, NULL, NULL, 'override', %(user)s, %(host)s, left(%(text)s, 255),
    clock_timestamp() AT TIME ZONE 'UTC'
)
