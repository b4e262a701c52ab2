CREATE TYPE pos AS (x int, y int);
CREATE TABLE t (id int, at pos DEFAULT ROW(1, 2)::pos, path pos[]);
