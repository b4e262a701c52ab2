CREATE TABLE t (a text, b text);
CREATE INDEX i ON t (a text_pattern_ops, b COLLATE "POSIX" DESC);
