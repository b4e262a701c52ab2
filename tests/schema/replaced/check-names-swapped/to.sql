-- keep: SELECT a, b FROM t
CREATE TABLE t (a int, b int,
    CONSTRAINT c1 CHECK (b > 0), CONSTRAINT c2 CHECK (a > 0)
);
