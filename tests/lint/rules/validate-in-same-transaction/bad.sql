ALTER TABLE users ADD CONSTRAINT old_enough CHECK (age > 17) NOT VALID;
-- expect
ALTER TABLE users VALIDATE CONSTRAINT old_enough;
ALTER TABLE orders ADD CONSTRAINT by_user FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
COMMENT ON TABLE orders IS 'orders';
-- expect
ALTER TABLE orders VALIDATE CONSTRAINT by_user;
