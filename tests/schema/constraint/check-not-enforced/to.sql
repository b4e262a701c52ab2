-- since: 18
CREATE TABLE t (a int, CONSTRAINT pos CHECK (a > 0) NOT ENFORCED);
