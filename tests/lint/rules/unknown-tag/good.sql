CREATE TABLE c (id bigint PRIMARY KEY, secret text);
COMMENT ON TABLE c IS 'C; ask anna@example.org. @category system @renamed-from "Old C"';
COMMENT ON COLUMN c.secret IS 'What nobody else sees. @server-only
@type import("@scope/package").Secret';
