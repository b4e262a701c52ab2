-- expect
REINDEX INDEX users_name;
-- expect
REINDEX TABLE users;
-- expect
REINDEX (VERBOSE) TABLE users;
-- expect
reindex (concurrently false) index users_name;
