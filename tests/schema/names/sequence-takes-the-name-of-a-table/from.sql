CREATE TABLE thing (id int);
CREATE SEQUENCE other;
