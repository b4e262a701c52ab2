CREATE TABLE a (id bigint PRIMARY KEY);
COMMENT ON TABLE a IS 'a_text_that_is_so_very_long_that_the_server_would_cut_it_if_it_were_a_name';
ALTER TABLE a ADD COLUMN b text DEFAULT 'a_text_that_is_so_very_long_that_the_server_would_cut_it_if_it_were_a_name';
