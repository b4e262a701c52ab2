CREATE EXTENSION citext;
CREATE TEXT SEARCH CONFIGURATION docs (COPY = pg_catalog.english);
CREATE TABLE doc (id int PRIMARY KEY, title citext, body text, v tsvector GENERATED ALWAYS AS (setweight(to_tsvector('docs'::regconfig, body), 'A')) STORED);
CREATE INDEX doc_v ON doc USING gin (v);
CREATE FUNCTION find(q text, n int DEFAULT 10) RETURNS SETOF doc STABLE LANGUAGE sql AS $$SELECT * FROM doc WHERE v @@ plainto_tsquery('docs', q) LIMIT n$$;
CREATE VIEW found AS SELECT id, title::text AS title FROM find('x');
CREATE STATISTICS doc_s ON title, body FROM doc;
