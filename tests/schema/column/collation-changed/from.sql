-- rows: INSERT INTO t VALUES ('b');
CREATE TABLE t (a text, b varchar(3) COLLATE "C");
CREATE INDEX t_a ON t (a);
