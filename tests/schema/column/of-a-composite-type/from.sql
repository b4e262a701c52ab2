CREATE TYPE pos AS (x int, y int);
CREATE TABLE t (id int);
