CREATE TABLE c (id bigint PRIMARY KEY, secret text);
-- expect
COMMENT ON TABLE c IS 'C. @categroy domain';
-- expect
COMMENT ON TABLE c IS 'C. @category domian';
-- expect
COMMENT ON COLUMN c.secret IS 'What nobody else sees. @server_only';
-- expect
COMMENT ON COLUMN c.secret IS 'What nobody else sees. @server-only @client-only';
-- expect
COMMENT ON COLUMN c.secret IS 'Was another one. @renamed-from';
-- expect
COMMENT ON COLUMN c.secret IS 'A column has none. @category domain';
