-- transactional: false
-- expect
DROP DATABASE old;
-- expect
DROP DATABASE IF EXISTS old WITH (FORCE);
