CREATE TABLE base (id int, n bigint);
CREATE TABLE kid (k int) INHERITS (base);
CREATE VIEW v AS SELECT n FROM kid;
