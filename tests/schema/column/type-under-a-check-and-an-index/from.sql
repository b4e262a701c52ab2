-- rows: INSERT INTO t VALUES (1, 20);
CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a > 10));
CREATE INDEX t_a ON t ((a + 1)) WHERE a > 15;
