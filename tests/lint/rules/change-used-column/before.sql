CREATE TABLE orders (
    id bigint PRIMARY KEY,
    total varchar(10) CHECK (total <> ''),
    state varchar(10),
    tag varchar(10),
    city varchar(10),
    region varchar(10),
    free varchar(10),
    shown text GENERATED ALWAYS AS (city || '!') STORED
);
CREATE VIEW open_orders AS SELECT id, state FROM orders WHERE state = 'open';
CREATE INDEX orders_tag ON orders (lower(tag));
CREATE POLICY regional ON orders USING (region = 'eu');
