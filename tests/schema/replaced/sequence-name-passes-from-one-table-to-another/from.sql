CREATE TABLE a (b_id serial);
CREATE TABLE a_b (id int NOT NULL);
