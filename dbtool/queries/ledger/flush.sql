-- A commit that waits for the disk, whatever the role's default is: all that was committed before is durable with it.
SELECT set_config(
    'synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), true
);

UPDATE {schema}._yoyo_version SET installed_at_utc = installed_at_utc
WHERE version = 2
