-- rows: INSERT INTO account VALUES (1, 10);
CREATE TABLE account (id int PRIMARY KEY, balance int);
CREATE TABLE audit (at timestamptz DEFAULT now(), tab text, old jsonb, new jsonb);
CREATE TABLE transfer (id int PRIMARY KEY, src int REFERENCES account, dst int REFERENCES account);
CREATE FUNCTION audit_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO audit (tab) VALUES (TG_TABLE_NAME); RETURN NEW; END';
CREATE TRIGGER audited BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION audit_it();
CREATE INDEX audit_at ON audit (at);
CREATE VIEW recent AS SELECT at, tab::text AS tab FROM audit WHERE at > now() - interval '1 day';
REVOKE ALL ON FUNCTION audit_it() FROM PUBLIC;
