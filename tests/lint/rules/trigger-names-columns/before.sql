CREATE TABLE docs (id bigint PRIMARY KEY, title text, body text, client_id uuid);
CREATE FUNCTION merge_docs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.title <> OLD.title OR NEW.body <> OLD.body THEN NEW.client_id := NULL; END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER merge BEFORE UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION merge_docs();
CREATE TABLE notes (id bigint PRIMARY KEY, a text, b text);
CREATE TRIGGER touch BEFORE UPDATE OF a, b ON notes FOR EACH ROW EXECUTE FUNCTION touch();
