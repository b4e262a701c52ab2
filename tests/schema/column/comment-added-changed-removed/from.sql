CREATE TABLE t (a int, b int, c int);
COMMENT ON COLUMN t.a IS 'one';
COMMENT ON COLUMN t.b IS 'two';
