CREATE TABLE t (a int, b int, CHECK (a < b), CONSTRAINT whole CHECK ((t IS NOT NULL)), CONSTRAINT "case" CHECK (CASE WHEN a > 1 THEN b > 2 ELSE true END));
