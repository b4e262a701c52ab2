-- also: require-concurrent-index-creation work-while-locked locks-held-together
ALTER TABLE orders ADD CONSTRAINT by_user FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
CREATE INDEX orders_user_id ON orders (user_id);
CREATE TABLE fresh (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));
CREATE INDEX fresh_user_id ON fresh (user_id);
ALTER TABLE fresh ADD CONSTRAINT again FOREIGN KEY (user_id) REFERENCES users (id);
