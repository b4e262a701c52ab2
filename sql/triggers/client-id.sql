-- client_id says which client wrote this version of the row, so that a client knows its own changes when they come
-- back. An UPDATE that sets client_id keeps it, also to the value that was there; one that does not resets it to
-- NULL: the server wrote. An INSERT keeps what it says.
--
-- dbtool: category domain
-- dbtool: column client_id
-- dbtool: set server

-- A trigger sees the row before and after, and not which columns the UPDATE names: where the value is what it was, the
-- same client may have written twice, or somebody else without a word about it. But a trigger UPDATE OF client_id fires
-- only where the column is named. So both triggers exchange two values, what was there and NULL:
--
--                       1 of client_id    2 of any column    kept
--   not set                  -            was -> NULL        NULL
--   set to what it was  was -> NULL       NULL -> was        what it was
--   set to NULL         NULL -> was       was -> NULL        NULL
--   set to another           -                 -             the other
--
-- The mark is in the row itself, hence no setting that a nested UPDATE could take, or that a row which another trigger
-- skips could leave behind. Triggers fire by name: one whose name stands between these two would see the mark.
--
-- MERGE: UPDATE OF fires for the columns that any of its actions sets, so all its updates set client_id, or none does.
-- A trigger that updates the row once more, after it was written, is a server's write as any other: to leave client_id
-- as it is, it says SET client_id = client_id.
-- On a subscriber of logical replication neither fires, so what the publisher sent arrives. They may be made to fire
-- there (ENABLE ALWAYS TRIGGER, both): an UPDATE that is applied names each column that is replicated.
-- The column may be of any type that has "=". Nothing in the function is looked up by name, so it sets no search_path.
CREATE FUNCTION public.exchange_client_id() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.client_id IS NULL THEN
        NEW.client_id := OLD.client_id;
    ELSE
        NEW.client_id := NULL;
    END IF;
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION public.exchange_client_id()
IS 'Exchanges NULL and what client_id was, for the triggers client_id_*.';

CREATE TRIGGER client_id_1_mark BEFORE UPDATE OF client_id ON this_table
FOR EACH ROW
WHEN (old.client_id IS NOT NULL AND (new.client_id IS NULL OR new.client_id = old.client_id))
EXECUTE FUNCTION public.exchange_client_id();

CREATE TRIGGER client_id_2_clear BEFORE UPDATE ON this_table
FOR EACH ROW
WHEN (old.client_id IS NOT NULL AND (new.client_id IS NULL OR new.client_id = old.client_id))
EXECUTE FUNCTION public.exchange_client_id();
