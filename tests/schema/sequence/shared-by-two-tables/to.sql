CREATE SEQUENCE ids INCREMENT 2;
CREATE TABLE a (id int DEFAULT nextval('ids') + 1);
CREATE TABLE b (id int DEFAULT nextval('ids'));
