CREATE FUNCTION a() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    -- expect
    RETRUN 1;
END
$$;
CREATE FUNCTION b() RETURNS integer LANGUAGE sql AS $$
    -- expect
    SELEC 1;
$$;
DO $$
BEGIN
    IF true THEN
        NULL;
-- expect
END
$$;
