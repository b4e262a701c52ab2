CREATE TABLE t (a int, b int, CONSTRAINT ab UNIQUE (b, a));
COMMENT ON CONSTRAINT ab ON t IS 'both';
