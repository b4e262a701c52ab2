-- Records that a large seed set is being written.
INSERT INTO {schema}._yoyo_log
(id, migration_hash, migration_id, operation, username, hostname, comment, created_at_utc)
VALUES (
    %(run)s, NULL, %(set)s, 'seed', %(user)s, %(host)s, %(note)s, clock_timestamp() AT TIME ZONE 'UTC'
)
