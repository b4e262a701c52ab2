-- The columns of a table that a stand-in for it has to loosen: which may be null, and which the primary key has.
SELECT
    a.attname::text AS name,
    format_type(a.atttypid, NULL) AS type,
    coalesce(a.attnum = ANY(i.indkey), false) AS in_key,
    a.attnotnull AS not_null,
    a.attidentity <> '' AS identity,
    a.atthasdef AS has_default,
    EXISTS (
        SELECT FROM pg_catalog.pg_attrdef AS f
        INNER JOIN pg_catalog.pg_depend AS p ON p.classid = 'pg_catalog.pg_attrdef'::regclass AND p.objid = f.oid
        INNER JOIN pg_catalog.pg_class AS s ON p.refclassid = 'pg_catalog.pg_class'::regclass AND p.refobjid = s.oid
        WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum AND s.relkind = 'S'
    ) AS counted
FROM pg_catalog.pg_attribute AS a
LEFT JOIN pg_catalog.pg_index AS i ON a.attrelid = i.indrelid AND i.indisprimary
WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY coalesce(array_position(i.indkey::smallint[], a.attnum), 0), a.attnum
