CREATE TABLE t (a tsvector, b text);
