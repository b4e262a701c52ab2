-- How this database encodes and sorts text.
SELECT
    pg_encoding_to_char(d.encoding)::text AS encoding,
    d.datcollate::text AS sorts,
    d.datctype::text AS letters,
    coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider,
    coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', '') AS locale
FROM pg_catalog.pg_database AS d
WHERE d.datname = current_database()
