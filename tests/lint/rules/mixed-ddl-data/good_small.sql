-- also: lock-order
ALTER TABLE settings ADD COLUMN unit text;
INSERT INTO settings (key, value, unit) VALUES ('a', '1', 'm'), ('b', '2', 'm');
UPDATE settings SET unit = 'm' WHERE key = 'c';
UPDATE settings SET unit = 'm' WHERE key IN ('c', 'd');
CREATE TABLE fresh (id bigint PRIMARY KEY, a integer);
UPDATE fresh SET a = 1;
DELETE FROM fresh;
