-- also: locks-held-together
ALTER TABLE docs ADD COLUMN tags text;
CREATE OR REPLACE FUNCTION merge_docs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
ALTER TABLE users ADD COLUMN tags text;
