CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $outer$
BEGIN
    EXECUTE $function$ SELECT $$it's \ a % %s %(x)s$$ $function$;
    RETURN E'\t';
END;
$outer$;
