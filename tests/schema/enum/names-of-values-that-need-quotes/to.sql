CREATE TYPE e AS ENUM ('', 'plain', 'O''Hara', 'back\slash', 'ünï', 'a,b');
CREATE TABLE t (e e, es e[]);
