-- The indexes of tables and materialized views; of a constraint's index what the constraint does not say, if there is.
SELECT
    'index' AS kind,
    i.nspname::text AS schema,
    i.parent,
    i.relname::text AS name,
    NULL AS owner,
    NULL::text[] AS acl,
    i.description AS comment,
    i.is_ AS "is",
    ARRAY[i.class, i.oid, 0]::bigint[] AS address
FROM (
    SELECT
        i.tableoid AS class,
        i.oid,
        n.nspname,
        x.indrelid::regclass::text AS parent,
        i.relname,
        d.description,
        k.oid AS of_constraint,
        jsonb_strip_nulls(jsonb_build_object(
            'definition', CASE
                WHEN k.oid IS NULL
                    THEN replace(pg_get_indexdef(x.indexrelid), coalesce(' WITH (' || o.clause || ')', ''), '')
            END,
            'where', CASE WHEN k.oid IS NULL THEN pg_get_expr(x.indpred, x.indrelid) END,
            -- what an index computes may not bear another type of its columns
            'expressions', CASE
                WHEN k.oid IS NULL AND (x.indexprs IS NOT NULL OR x.indpred IS NOT NULL) THEN true
            END,
            'options', o.options,
            'tablespace', s.spcname,
            'valid', nullif(x.indisvalid, true),
            'statistics', a.targets,
            'partition of', CASE WHEN coalesce(k.conparentid, 0) = 0 THEN h.inhparent::regclass::text END
        )) AS is_
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
    INNER JOIN pg_catalog.pg_index AS x ON c.oid = x.indrelid
    INNER JOIN pg_catalog.pg_class AS i ON x.indexrelid = i.oid
    LEFT JOIN pg_catalog.pg_constraint AS k
        ON x.indexrelid = k.conindid AND x.indrelid = k.conrelid AND k.contype IN ('p', 'u', 'x')
    LEFT JOIN pg_catalog.pg_tablespace AS s ON i.reltablespace = s.oid
    LEFT JOIN pg_catalog.pg_inherits AS h ON x.indexrelid = h.inhrelid
    LEFT JOIN pg_catalog.pg_description AS d
        ON i.oid = d.objoid AND i.tableoid = d.classoid AND d.objsubid = 0
    -- the columns of an index by their numbers, as ALTER INDEX names them
    LEFT JOIN (
        SELECT
            b.attrelid,
            jsonb_object_agg(b.attnum, b.attstattarget) AS targets
        FROM pg_catalog.pg_attribute AS b
        WHERE b.attstattarget >= 0 AND b.attnum > 0
        GROUP BY b.attrelid
    ) AS a ON x.indexrelid = a.attrelid
    -- options can be set by ALTER INDEX, the rest cannot: they are told apart, written as pg_get_indexdef() does
    LEFT JOIN LATERAL (
        SELECT
            jsonb_object_agg(p.option_name, p.option_value) AS options,
            string_agg(
                quote_ident(p.option_name) || '='
                || CASE
                    WHEN quote_ident(p.option_value) = p.option_value THEN p.option_value
                    ELSE quote_literal(p.option_value)
                END, ', ' ORDER BY p.ordinality
            ) AS clause
        FROM pg_options_to_table(i.reloptions) WITH ORDINALITY AS p
    ) AS o ON i.reloptions IS NOT NULL
    WHERE
        c.relkind IN ('r', 'p', 'm')
        AND n.nspname !~ '^pg_'
        AND n.nspname <> 'information_schema'
        AND NOT (
            n.nspname = %(ledger)s::text
            AND c.relname IN ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
        )
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend AS e
            WHERE e.classid = c.tableoid AND e.objid = c.oid AND e.deptype = 'e'
        )
) AS i
WHERE i.of_constraint IS NULL OR i.description IS NOT NULL OR i.is_ <> jsonb_build_object()
