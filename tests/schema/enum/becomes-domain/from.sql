CREATE TYPE e AS ENUM ('a');
CREATE TABLE other (id int);
