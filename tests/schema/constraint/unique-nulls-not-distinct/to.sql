-- since: 15
CREATE TABLE t (a int, b int, CONSTRAINT ab UNIQUE NULLS NOT DISTINCT (a, b));
