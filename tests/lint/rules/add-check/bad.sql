-- expect
ALTER TABLE users ADD CONSTRAINT old_enough CHECK (age > 17);
-- expect
alter table users add check (age > 17);
ALTER TABLE users
    ADD COLUMN a integer,
    -- expect
    ADD CONSTRAINT b CHECK (a > 0);
-- expect
ALTER TABLE users ADD COLUMN c integer CHECK (c > 0);
