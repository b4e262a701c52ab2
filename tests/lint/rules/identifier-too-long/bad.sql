-- expect
CREATE TABLE a_name_that_is_so_very_long_that_the_server_cuts_it_without_asking_us (id bigint PRIMARY KEY);
ALTER TABLE users
    -- expect
    ADD CONSTRAINT "another name that is so very long that the server cuts it, quoted as well" CHECK (true) NOT VALID;
