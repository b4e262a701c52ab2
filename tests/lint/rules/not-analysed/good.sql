DO $$
BEGIN
    EXECUTE 'COMMENT ON TABLE users IS ''people''';
    EXECUTE format('COMMENT ON TABLE %I IS %L', 'users', 'people');
    EXECUTE 'COMMENT ON TABLE ' || quote_ident('users') || ' IS NULL';
END
$$;
