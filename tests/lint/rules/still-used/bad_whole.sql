-- expect
DROP FUNCTION touch();
-- expect
DROP TABLE users;
