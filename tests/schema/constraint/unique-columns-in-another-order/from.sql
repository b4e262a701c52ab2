CREATE TABLE t (a int, b int, CONSTRAINT ab UNIQUE (a, b));
COMMENT ON CONSTRAINT ab ON t IS 'both';
