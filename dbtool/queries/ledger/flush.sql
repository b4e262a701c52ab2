-- A commit that waits for the disk: everything that was committed before it is durable with it.
UPDATE {schema}._yoyo_version SET installed_at_utc = installed_at_utc
WHERE version = 2
