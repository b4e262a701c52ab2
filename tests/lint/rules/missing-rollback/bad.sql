-- rollback: none
-- expect
CREATE TABLE fresh (id bigint PRIMARY KEY);
