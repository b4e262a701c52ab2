CREATE TEXT SEARCH CONFIGURATION mine (PARSER = pg_catalog.default);
ALTER TEXT SEARCH CONFIGURATION mine ADD MAPPING FOR asciiword WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION mine ADD MAPPING FOR email WITH simple;
CREATE TABLE t (a text, v tsvector GENERATED ALWAYS AS (to_tsvector('mine'::regconfig, a)) STORED);
