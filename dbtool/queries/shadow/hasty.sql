-- Whether this server waits for the disk.
SELECT current_setting('fsync') = 'on' AS waits
