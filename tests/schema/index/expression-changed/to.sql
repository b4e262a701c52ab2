CREATE TABLE t (a text, b jsonb);
CREATE INDEX i ON t (upper(a), ((b -> 'x') ->> 'y'));
ALTER INDEX i ALTER COLUMN 2 SET STATISTICS 300;
