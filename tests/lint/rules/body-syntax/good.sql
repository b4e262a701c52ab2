-- also: not-analysed
CREATE FUNCTION a(t users) RETURNS users LANGUAGE plpgsql AS $$
DECLARE
    r users%ROWTYPE;
    n users.name%TYPE;
BEGIN
    SELECT * INTO r FROM users WHERE id = t.id;
    RETURN r;
END
$$;
CREATE FUNCTION b(n integer) RETURNS integer LANGUAGE sql AS 'SELECT $1 + n';
CREATE FUNCTION c() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM tg_tag; END $$;
CREATE PROCEDURE d() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
CREATE FUNCTION e() RETURNS void LANGUAGE plv8 AS 'not sql';
CREATE FUNCTION f() RETURNS integer LANGUAGE sql RETURN 1;
DO $$ BEGIN PERFORM 1; END $$;
