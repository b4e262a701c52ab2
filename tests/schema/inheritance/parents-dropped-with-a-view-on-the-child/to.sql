CREATE TABLE m2 (a int, c char(3));
