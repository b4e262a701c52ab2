-- expect
ALTER TABLE users ADD CHECK (age > 0) NOT VALID;
-- expect
ALTER TABLE users ADD FOREIGN KEY (shop_id) REFERENCES shops (id) NOT VALID;
