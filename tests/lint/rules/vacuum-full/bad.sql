-- transactional: false
-- expect
VACUUM FULL users;
-- expect
VACUUM (FULL, VERBOSE) users;
-- expect
VACUUM FULL;
