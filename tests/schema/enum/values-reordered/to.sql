-- keep: SELECT p::text FROM t ORDER BY p::text
CREATE TYPE prio AS ENUM ('high', 'mid', 'low');
CREATE TABLE t (p prio PRIMARY KEY);
