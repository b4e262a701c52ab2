CREATE TABLE b (id int PRIMARY KEY, a int);
