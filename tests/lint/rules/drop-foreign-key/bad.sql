-- expect
ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;
-- expect
ALTER TABLE orders DROP CONSTRAINT IF EXISTS fk_orders_users;
-- expect
ALTER TABLE orders DROP CONSTRAINT by_shop;
