CREATE TABLE t (id int PRIMARY KEY, at date);
CREATE INDEX t_at ON t (at);
ALTER TABLE t CLUSTER ON t_pkey;
