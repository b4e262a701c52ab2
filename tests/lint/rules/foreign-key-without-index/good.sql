CREATE TABLE orders (
    id bigint PRIMARY KEY REFERENCES things (id),
    user_id bigint REFERENCES users (id),
    shop_id bigint REFERENCES shops (id),
    FOREIGN KEY (shop_id, user_id) REFERENCES shop_users (shop_id, user_id)
);
CREATE INDEX orders_user ON orders (user_id, shop_id);
CREATE INDEX orders_shop ON orders USING btree (shop_id);
