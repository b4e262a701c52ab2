CREATE SEQUENCE s;
CREATE VIEW v AS SELECT nextval('s') AS n, last_value FROM s;
