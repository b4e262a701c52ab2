CREATE TABLE t (id int PRIMARY KEY, a text);
CREATE TABLE u (t int);
CREATE VIEW v AS SELECT t.id, t.a, count(u.t) AS n FROM t LEFT JOIN u ON u.t = t.id GROUP BY t.id;
