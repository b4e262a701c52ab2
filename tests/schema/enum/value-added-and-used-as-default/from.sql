CREATE TABLE other (id int);
CREATE TYPE e AS ENUM ('a', 'b');
CREATE TABLE t (e e DEFAULT 'a');
