-- keep: SELECT a FROM t
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE t (a positive DEFAULT 1);
