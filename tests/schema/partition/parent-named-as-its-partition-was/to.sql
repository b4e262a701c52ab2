CREATE SCHEMA s;
CREATE TABLE s.p (a int, b text, e int) PARTITION BY RANGE (a, b);
CREATE VIEW v AS SELECT a, b FROM s.p;
