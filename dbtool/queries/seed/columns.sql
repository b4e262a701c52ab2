-- The columns of a table in their order, as far as rows that are copied in need to know them. Read-only.
-- has_default: left out, the column gets something else than NULL, also by an identity or by the default of its domain.
SELECT
    a.attname AS name,
    format_type(a.atttypid, a.atttypmod) AS type,
    a.attnotnull AS not_null,
    (a.atthasdef AND a.attgenerated = '') OR a.attidentity <> '' OR t.typdefault IS NOT NULL AS has_default,
    a.attgenerated <> '' AS generated,
    t.typcategory = 'A' OR b.typcategory = 'A' AS is_array,
    coalesce(b.typname, t.typname) IN ('json', 'jsonb') AS is_json,
    coalesce(e.typname, '') IN ('json', 'jsonb') AS holds_json,
    coalesce(b.typname, t.typname) = 'bytea' AS is_bytes
FROM pg_catalog.pg_attribute AS a
INNER JOIN pg_catalog.pg_type AS t ON a.atttypid = t.oid
LEFT JOIN pg_catalog.pg_type AS b ON t.typbasetype = b.oid
LEFT JOIN pg_catalog.pg_type AS e ON coalesce(b.typelem, t.typelem) = e.oid
WHERE a.attrelid = %(oid)s::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
