-- refused: is in the key that the table is partitioned by
-- keep: SELECT e::text, n FROM t ORDER BY n
CREATE TYPE e AS ENUM ('a', 'c');
CREATE TABLE t (e e, n int) PARTITION BY LIST (e);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
CREATE TABLE t_c PARTITION OF t FOR VALUES IN ('c');
