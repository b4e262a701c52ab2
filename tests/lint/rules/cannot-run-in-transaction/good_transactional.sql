ANALYZE users;
CREATE TABLE fresh (id bigint PRIMARY KEY);
