-- keep: SELECT id, a, (SELECT last_value FROM t_id_seq) FROM t ORDER BY id
CREATE TABLE t (id bigserial PRIMARY KEY, a text);
