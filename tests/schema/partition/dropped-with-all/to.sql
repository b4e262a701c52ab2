CREATE TABLE b (k int);
