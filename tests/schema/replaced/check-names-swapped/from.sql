-- rows: INSERT INTO t VALUES (1, 2);
CREATE TABLE t (a int, b int,
    CONSTRAINT c1 CHECK (a > 0), CONSTRAINT c2 CHECK (b > 0)
);
