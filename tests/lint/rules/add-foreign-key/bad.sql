-- expect
ALTER TABLE orders ADD CONSTRAINT by_user FOREIGN KEY (user_id) REFERENCES users (id);
-- expect
alter table orders add foreign key (user_id) references users;
-- expect
ALTER TABLE orders ADD COLUMN user_id bigint REFERENCES users (id);
-- expect
ALTER TABLE orders ADD COLUMN owner_id bigint DEFAULT 1 REFERENCES users (id);
