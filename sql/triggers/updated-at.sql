-- updated_at is the time of the last change. An UPDATE that sets it keeps it, also to the time that was there: a client
-- that synchronises says when it wrote. One that does not, or sets NULL, gets the time of its transaction.
--
-- dbtool: category domain
-- dbtool: category system
-- dbtool: column updated_at
-- dbtool: set server

-- The pair is that of the family client-id, which explains it: the first trigger exchanges NULL and the time that was
-- there, where updated_at is named; the second one finds NULL for "the same time again", and the time that was there
-- for "not set".
--
-- now() rather than clock_timestamp(): all rows of a transaction bear one time, the one that DEFAULT now() gives those
-- that it inserts. Neither is the order of commits. The time never stands still and never goes back: where the row is
-- as new already (it was written in this transaction, or by a client whose clock is ahead), it becomes a microsecond
-- more. Else an old write that is delivered again would be newer than what the server wrote since.
-- Where nothing is looked up by the search_path, none is set: it costs more than all the rest.
CREATE FUNCTION public.mark_updated_at() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.updated_at IS NULL THEN
        NEW.updated_at := OLD.updated_at;
    ELSE
        NEW.updated_at := NULL;
    END IF;
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION public.mark_updated_at()
IS 'Marks that an UPDATE sets updated_at to what it was, for touch_updated_at().';

CREATE FUNCTION public.touch_updated_at() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.updated_at IS NULL AND OLD.updated_at IS NOT NULL THEN
        NEW.updated_at := OLD.updated_at;
    ELSE
        NEW.updated_at := greatest(
            pg_catalog.now(), OLD.updated_at OPERATOR(pg_catalog.+) pg_catalog.interval '1 microsecond'
        );
    END IF;
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION public.touch_updated_at()
IS 'Sets updated_at to the time of the transaction, where no UPDATE set it.';

CREATE TRIGGER updated_at_1_mark BEFORE UPDATE OF updated_at ON this_table
FOR EACH ROW
WHEN (new.updated_at IS NULL OR new.updated_at = old.updated_at)
EXECUTE FUNCTION public.mark_updated_at();

CREATE TRIGGER updated_at_2_touch BEFORE UPDATE ON this_table
FOR EACH ROW
WHEN (new.updated_at IS NULL OR new.updated_at = old.updated_at)
EXECUTE FUNCTION public.touch_updated_at();
