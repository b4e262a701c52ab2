DO $$
DECLARE r record;
BEGIN
    FOR r IN SELECT command FROM commands LOOP
        -- expect
        EXECUTE r.command;
    END LOOP;
END
$$;
-- expect
DO LANGUAGE plperl 'something';
