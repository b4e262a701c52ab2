CREATE TABLE users (id bigint PRIMARY KEY);
-- expect
CREATE TABLE orders (id bigint PRIMARY KEY, user_id integer REFERENCES users (id));
CREATE INDEX ON orders (user_id);
