CREATE EXTENSION citext;
CREATE TEXT SEARCH CONFIGURATION docs (COPY = pg_catalog.simple);
CREATE TABLE doc (id int PRIMARY KEY, title text, body text);
CREATE FUNCTION find(q text) RETURNS SETOF doc STABLE LANGUAGE sql AS 'SELECT * FROM doc WHERE body LIKE q';
CREATE VIEW found AS SELECT id, title::text AS title FROM find('x');
CREATE STATISTICS doc_s ON title, body FROM doc;
