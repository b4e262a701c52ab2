CREATE TYPE e AS ENUM ('a');
CREATE TABLE t (id int, e e);
