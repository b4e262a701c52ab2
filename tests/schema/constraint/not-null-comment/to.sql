-- since: 18
CREATE TABLE t (a int CONSTRAINT there NOT NULL);
COMMENT ON CONSTRAINT there ON t IS 'must be';
