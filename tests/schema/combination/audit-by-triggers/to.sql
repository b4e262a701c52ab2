-- keep: SELECT id, balance FROM account
CREATE TABLE account (id int PRIMARY KEY, balance bigint CHECK (balance >= 0), changed timestamptz);
CREATE TABLE audit (at timestamptz DEFAULT now() NOT NULL, tab regclass, old jsonb, new jsonb, who text DEFAULT CURRENT_USER) PARTITION BY RANGE (at);
CREATE TABLE audit_rest PARTITION OF audit DEFAULT;
CREATE TABLE transfer (id int PRIMARY KEY, src int REFERENCES account, dst int REFERENCES account);
CREATE FUNCTION audit_it() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS 'BEGIN INSERT INTO audit (tab) VALUES (TG_RELID); RETURN NULL; END';
CREATE TRIGGER audited AFTER UPDATE OR DELETE ON account FOR EACH ROW WHEN (OLD.balance > 0) EXECUTE FUNCTION audit_it();
CREATE TRIGGER audited AFTER INSERT ON transfer FOR EACH ROW EXECUTE FUNCTION audit_it();
CREATE INDEX audit_at ON audit (at);
CREATE VIEW recent AS SELECT at, tab::text AS tab FROM audit WHERE at > now() - interval '1 day';
REVOKE ALL ON FUNCTION audit_it() FROM PUBLIC;
