-- keep: SELECT a FROM t
CREATE TABLE t (a text COLLATE "C", b varchar(3) COLLATE "POSIX");
CREATE INDEX t_a ON t (a);
