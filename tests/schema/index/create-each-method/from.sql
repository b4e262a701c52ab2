CREATE TABLE t (a int, b int[], c tsvector, d point, e text);
