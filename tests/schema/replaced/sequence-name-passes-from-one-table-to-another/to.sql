CREATE TABLE a (b_id int NOT NULL);
CREATE TABLE a_b (id serial);
