-- rows: INSERT INTO t VALUES (1, 'x');
CREATE TABLE t (id int PRIMARY KEY, a text, b text DEFAULT 'x');
CREATE INDEX t_a ON t (a, id);
COMMENT ON COLUMN t.a IS 'gone';
