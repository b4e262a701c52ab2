-- keep: SELECT tenant, body FROM doc
CREATE SCHEMA app;
CREATE FUNCTION app.me() RETURNS int STABLE LANGUAGE sql AS $$SELECT current_setting('app.tenant', true)::int$$;
CREATE TABLE tenant (id bigint PRIMARY KEY, name text NOT NULL, plan text DEFAULT 'free');
CREATE TABLE doc (id serial PRIMARY KEY, tenant bigint REFERENCES tenant, body text, made timestamptz DEFAULT now());
CREATE TABLE tag (id int PRIMARY KEY, tenant bigint, word text, UNIQUE (tenant, word));
CREATE TABLE doc_tag (doc int REFERENCES doc, tag int REFERENCES tag);
ALTER TABLE doc ENABLE ROW LEVEL SECURITY;
ALTER TABLE tag ENABLE ROW LEVEL SECURITY;
ALTER TABLE tag FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON doc USING (tenant = app.me());
CREATE POLICY mine ON tag TO case_reader, case_writer USING (tenant = app.me()) WITH CHECK (tenant = app.me());
CREATE POLICY no_delete ON doc AS RESTRICTIVE FOR DELETE USING (false);
CREATE VIEW docs_of AS SELECT d.id, t.name FROM doc d JOIN tenant t ON t.id = d.tenant;
GRANT SELECT, INSERT ON doc TO case_writer;
GRANT SELECT (id, tenant) ON doc TO case_reader;
