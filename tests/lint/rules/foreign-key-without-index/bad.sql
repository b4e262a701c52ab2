CREATE TABLE orders (
    id bigint PRIMARY KEY,
    -- expect
    user_id bigint REFERENCES users (id),
    shop_id bigint,
    -- expect
    CONSTRAINT by_shop FOREIGN KEY (shop_id) REFERENCES shops (id)
);
CREATE INDEX orders_shop ON orders (shop_id) WHERE shop_id > 5;
-- expect
ALTER TABLE items ADD CONSTRAINT by_order FOREIGN KEY (order_id) REFERENCES orders (id) NOT VALID;
