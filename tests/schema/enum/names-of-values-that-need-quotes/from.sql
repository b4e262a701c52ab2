CREATE TYPE e AS ENUM ('plain');
CREATE TABLE t (e e, es e[]);
