CREATE TABLE t (a int, b int[], c tsvector, d point, e text);
CREATE INDEX i1 ON t (a DESC NULLS LAST, e);
CREATE INDEX i2 ON t USING gin (b);
CREATE INDEX i3 ON t USING gist (c);
CREATE INDEX i4 ON t USING spgist (d);
CREATE INDEX i5 ON t USING brin (a) WITH (pages_per_range = 16);
CREATE INDEX i6 ON t USING hash (e);
