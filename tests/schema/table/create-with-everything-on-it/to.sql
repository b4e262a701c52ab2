CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE owner_of (id int PRIMARY KEY);
CREATE TABLE thing (
    id serial PRIMARY KEY,
    code text COLLATE "C" UNIQUE,
    owner int REFERENCES owner_of ON DELETE CASCADE,
    total int GENERATED ALWAYS AS (1 + 2) STORED
) WITH (fillfactor = 70);
CREATE INDEX thing_owner ON thing (owner) WHERE owner > 0;
CREATE TRIGGER touch BEFORE UPDATE ON thing FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE thing ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON thing FOR SELECT TO case_reader USING (owner = 1);
CREATE STATISTICS thing_stat ON code, owner FROM thing;
COMMENT ON TABLE thing IS 'with all';
COMMENT ON COLUMN thing.code IS 'the code';
GRANT SELECT ON thing TO case_reader;
