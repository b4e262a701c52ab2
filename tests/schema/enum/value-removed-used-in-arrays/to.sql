-- keep: SELECT es::text FROM t
CREATE TYPE e AS ENUM ('c', 'a');
CREATE TABLE t (es e[] DEFAULT '{a}'::e[]);
