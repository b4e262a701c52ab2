-- rows: INSERT INTO p1 (a, b) VALUES (1, 'x');
CREATE TABLE p (a int, b text) PARTITION BY RANGE (a);
CREATE TABLE p1 (b text, gone int, a int);
ALTER TABLE p1 DROP COLUMN gone;
CREATE TABLE p0 PARTITION OF p FOR VALUES FROM (20) TO (30);
