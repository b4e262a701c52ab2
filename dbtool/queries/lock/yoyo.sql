-- Whose row stands in yoyo's lock table: yoyo leaves it there until it is done, or for ever when it is killed.
SELECT
    pid,
    ctime
FROM {schema}.yoyo_lock
