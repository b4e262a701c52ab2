CREATE TABLE t (a int, b text);
CREATE MATERIALIZED VIEW m WITH (fillfactor = 70) AS SELECT a, b FROM t;
