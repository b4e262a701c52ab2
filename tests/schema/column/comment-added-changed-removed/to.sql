CREATE TABLE t (a int, b int, c int);
COMMENT ON COLUMN t.b IS 'zwei: "quoted" \ and ''more''';
COMMENT ON COLUMN t.c IS 'three';
