CREATE TABLE m1 (a int, c char(3));
CREATE TABLE m2 (a int, b text, d bigint);
CREATE TABLE t () INHERITS (m1, m2);
CREATE VIEW v AS SELECT b FROM t;
