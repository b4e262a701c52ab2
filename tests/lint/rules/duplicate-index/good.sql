CREATE TABLE a (id bigint PRIMARY KEY, code text UNIQUE, b text);
CREATE INDEX a_b ON a (b);
CREATE INDEX a_b_desc ON a (b DESC);
CREATE INDEX a_lower ON a (lower(b));
CREATE INDEX a_hash ON a USING hash (id);
CREATE INDEX a_part ON a (b) WHERE b <> '';
CREATE INDEX a_pattern ON a (code text_pattern_ops);
CREATE UNIQUE INDEX a_unique ON a (b);
