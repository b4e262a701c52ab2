CREATE TABLE b (id int);
CREATE INDEX a ON b (id);
