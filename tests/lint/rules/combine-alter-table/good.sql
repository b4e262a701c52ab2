ALTER TABLE users ADD COLUMN a integer, ADD COLUMN b integer;
CREATE TABLE fresh (id bigint PRIMARY KEY);
ALTER TABLE fresh ADD COLUMN a integer;
ALTER TABLE fresh ADD COLUMN b integer;
