-- keep: SELECT id, a, b FROM t
CREATE TABLE t (id int, a bigint, b bigint GENERATED ALWAYS AS (a * 2) STORED);
