CREATE TABLE t (a text, b jsonb);
CREATE INDEX i ON t (lower(a), (b ->> 'x'));
ALTER INDEX i ALTER COLUMN 2 SET STATISTICS 300;
