CREATE TABLE orders (
    id bigint PRIMARY KEY,
    shop_id bigint CONSTRAINT by_shop REFERENCES shops (id),
    price numeric CONSTRAINT price_fk CHECK (price > 0)
);
