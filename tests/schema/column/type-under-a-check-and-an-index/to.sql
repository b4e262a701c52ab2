-- keep: SELECT id, a FROM t
CREATE TABLE t (id int PRIMARY KEY, a bigint CHECK (a > 10));
CREATE INDEX t_a ON t ((a + 1)) WHERE a > 15;
