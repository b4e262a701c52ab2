-- Writes the rows of one part of a large seed file, and records it in the log: in one statement, so both or neither.
-- Who starts the set over deletes the run's row: after that no part of the run writes, and before it he waits for
-- those under way (KEY SHARE). Names of ours begin with dbtool, so that a file can read a table called run.
WITH dbtool_run AS (
    SELECT l.id FROM {schema}._yoyo_log AS l
    WHERE l.id = {run}
    FOR KEY SHARE
),

part AS NOT MATERIALIZED (
    SELECT generate_series({first}, {last}) AS n
    WHERE EXISTS (SELECT FROM dbtool_run)
),

seed AS NOT MATERIALIZED (
    SELECT {variables}
),

dbtool_written AS (
    INSERT INTO {table} ({columns})
{rows}
    RETURNING {columns}
)

INSERT INTO {schema}._yoyo_log
(id, migration_hash, migration_id, operation, username, hostname, comment, created_at_utc)
SELECT
    {id},
    {run},
    {file},
    'seed-part',
    {user},
    {host},
    {note} || ' rows=' || count(*) || ' checksum=' || coalesce(sum(hashtextextended(w::text, 0)), 0),
    clock_timestamp() AT TIME ZONE 'UTC'
FROM dbtool_written AS w
HAVING EXISTS (SELECT FROM dbtool_run)
RETURNING comment
