-- transactional: false
VACUUM users;
VACUUM (ANALYZE) users;
VACUUM (FULL FALSE) users;
ANALYZE users;
