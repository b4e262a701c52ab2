CREATE SEQUENCE s AS int INCREMENT 3;
CREATE VIEW v AS SELECT nextval('s') AS n, last_value FROM s;
