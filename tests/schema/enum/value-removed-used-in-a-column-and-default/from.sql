-- rows: INSERT INTO t VALUES (1, 'a'), (2, 'c');
CREATE TYPE e AS ENUM ('a', 'b', 'c');
CREATE TABLE t (id int, e e DEFAULT 'a' NOT NULL);
CREATE INDEX i ON t (e);
COMMENT ON TYPE e IS 'kept';
GRANT USAGE ON TYPE e TO case_reader;
REVOKE USAGE ON TYPE e FROM PUBLIC;
