CREATE TABLE c (id bigint PRIMARY KEY);
-- expect
COMMENT ON TABLE c IS 'C. @category domain';
