CREATE LANGUAGE mine HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE FUNCTION f() RETURNS int LANGUAGE mine AS 'BEGIN RETURN 1; END';
COMMENT ON LANGUAGE mine IS 'like plpgsql';
