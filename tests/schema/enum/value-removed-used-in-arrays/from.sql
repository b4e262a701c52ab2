-- rows: INSERT INTO t VALUES ('{a,c}');
CREATE TYPE e AS ENUM ('a', 'b', 'c');
CREATE TABLE t (es e[] DEFAULT '{a}'::e[]);
