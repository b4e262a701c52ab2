-- keep: SELECT a FROM t
CREATE COLLATION k (provider = icu, locale = 'fr');
CREATE TABLE t (a text COLLATE k);
CREATE INDEX t_a ON t (a);
CREATE VIEW v AS SELECT a FROM t ORDER BY a;
CREATE DOMAIN d AS text COLLATE k;
