-- expect
ALTER TABLE users ALTER COLUMN name SET NOT NULL;
-- expect
alter table only public."Users" alter "Name" set not null;
-- The CHECK is not validated, and proves nothing.
ALTER TABLE users ADD CONSTRAINT c CHECK (email IS NOT NULL) NOT VALID;
-- expect
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
-- expect
ALTER TABLE users ADD CONSTRAINT nn NOT NULL phone;
ALTER TABLE
    users
    -- expect
    ADD CONSTRAINT n2 NOT NULL fax;
