-- rows: INSERT INTO t SELECT g, g * 10 FROM generate_series(1, 3) g;
CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 5);
