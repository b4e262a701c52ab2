CREATE TABLE a (id int PRIMARY KEY, code text NOT NULL);
CREATE UNIQUE INDEX a_code ON a (code) WITH (fillfactor = 50);
CREATE TABLE b (code text REFERENCES a (code));
COMMENT ON CONSTRAINT b_code_fkey ON b IS 'by code';
