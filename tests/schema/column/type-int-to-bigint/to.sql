-- keep: SELECT id, n FROM t ORDER BY id
CREATE TABLE t (id bigint PRIMARY KEY, n bigint DEFAULT 5);
