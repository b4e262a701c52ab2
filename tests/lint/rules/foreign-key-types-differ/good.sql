CREATE TABLE users (id bigserial PRIMARY KEY, code varchar(10) UNIQUE);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id bigint REFERENCES users (id),
    other_id bigint REFERENCES users,
    code text REFERENCES users (code)
);
CREATE INDEX ON orders (user_id);
CREATE INDEX ON orders (other_id);
CREATE INDEX ON orders (code);
