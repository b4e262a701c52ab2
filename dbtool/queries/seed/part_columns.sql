-- What a large seed file selects: prepared only, for the names of its columns.
WITH part AS NOT MATERIALIZED (
    SELECT 1::bigint AS n
),

seed AS NOT MATERIALIZED (
    SELECT {variables}
)

SELECT * FROM (
{rows}
) AS made
